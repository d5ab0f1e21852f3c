"""What is taught and with what: catalogue, textbooks, items, pages; and the masters who write."""

from datetime import date, timedelta

from demo.region import CHINESE, ENGLISH, MATHS, MUSIC, SCIENCE
from demo.world import World, at
from tongke.engines.library import services as library
from tongke.foundation.curriculum import data
from tongke.foundation.curriculum import services as curriculum
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import titles
from tongke.teaching.assessment import services as assessment


def keep_catalogue(world: World) -> None:
    """Subjects, grades and all textbooks of the demo edition."""
    by, moment = world.admin(world.clock.before.date()), world.clock.before
    curriculum.keep_catalogue(by=by, at=moment)
    curriculum.keep_textbooks(_books(), by=by, at=moment)


def _books() -> list[curriculum.BookLine]:
    points: dict[str, list[curriculum.PointLine]] = {}
    for row in data.key_points():
        line = curriculum.PointLine(row.code, row.seq, row.title, row.after)
        points.setdefault(row.unit, []).append(line)
    units: dict[str, list[curriculum.UnitLine]] = {}
    for unit in data.units():
        made = curriculum.UnitLine(
            unit.code, unit.seq, unit.title, unit.periods, tuple(points.get(unit.code, ()))
        )
        units.setdefault(unit.textbook, []).append(made)
    return [
        curriculum.BookLine(row.code, row.subject, row.grade, row.volume, row.edition,
                            tuple(units.get(row.code, ())))
        for row in data.textbooks()
    ]  # fmt: skip


def keep_items(world: World) -> None:
    """The item bank, written by the music and maths teachers of the leading school."""
    day = world.clock.before.date()
    lines: dict[str, list[dict[str, object]]] = {}
    for row in data.items():
        lines.setdefault(row.key_point[:2], []).append(vars(row))
    authors = {"MU": world.cast["shen"], "MA": _master(world, MATHS)}
    for book, rows in lines.items():
        author = authors.get(book, world.cast["shen"])
        assessment.keep_items(rows, author=author, by=world.teaching(author, day),
                              at=world.clock.before)  # fmt: skip


def keep_pages(world: World) -> None:
    """The explaining pages of the library, by a master teacher of music."""
    author = _master(world, MUSIC)
    day = world.clock.before.date() - timedelta(days=60)
    by, points = world.teaching(author, day), KeyPoint.objects.in_bulk(field_name="code")
    for number, row in enumerate(data.pages()):
        moment = at(day + timedelta(days=number), "20:15")
        content = library.Content(
            kind="page", title=row.title, body=row.body, seconds=60 * row.minutes,
            key_points=[points[row.key_point]],
        )  # fmt: skip
        library.publish(library.add(content, by=by, at=moment), by=by, at=moment)


def _master(world: World, subject: str, school: str = "") -> Person:
    """The first specialist of a subject in a centre school; the second consortium's by default."""
    here = world.schools[school or world.groups[1].centre.key]
    post = next(each for each in here.staffing.posts if each.main == subject)
    return here.teachers[post.number]


def report_titles(world: World) -> None:
    """The register of master teachers: reported by schools, filed or returned by the office."""
    officer = world.acting(world.cast["ouyang"], Role.OFFICER, world.clock.before.date())
    wanted = (
        (1, MUSIC, "leader-c", "filed"), (0, CHINESE, "special", "filed"),
        (1, CHINESE, "master-c", "filed"), (0, MATHS, "backbone-d", "filed"),
        (0, ENGLISH, "backbone-d", "filed"), (1, SCIENCE, "teaching-d", "filed"),
        (0, SCIENCE, "backbone-d", "reported"), (1, MATHS, "master-c", "reported"),
        (1, ENGLISH, "teaching-d", "returned"),
    )  # fmt: skip
    for number, (group, subject, kind, state) in enumerate(wanted):
        school = world.schools[world.groups[group].centre.key]
        _report(world, _master(world, subject, school.spec.key), school.spec.key,
                (subject, kind, state), officer, number)  # fmt: skip
    shen = world.cast["shen"]
    _report(world, shen, "qiyun", (MUSIC, "backbone-d", "filed"), officer, 4)


def _report(
    world: World, person: Person, key: str, what: tuple[str, str, str], officer: Actor, years: int
) -> None:
    subject, kind, state = what
    school, moment = world.schools[key], world.clock.before
    new = titles.NewTitle(
        person=person, organisation=school.organisation, kind=kind, subject_code=subject,
        stage_code="1", since=date(world.clock.school_year - 1 - years % 4, 7, 1),
    )  # fmt: skip
    by = world.planning(school, moment.date())
    title = titles.report_title(new, by=by, at=moment)
    if state == "filed":
        titles.file_title(title, by=officer, at=moment + timedelta(days=2))
    if state == "returned":
        titles.return_title(title, "没有上传证书的照片，请补齐后再报。", by=officer,
                            at=moment + timedelta(days=2))  # fmt: skip
