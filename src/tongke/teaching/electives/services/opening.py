"""From seats to lessons: rolls, the course on the timetable, and pupils who come and go later.

A section that meets on line has one class (教学班) at every school that has pupils in it, each
listening from its own room; a section that pupils come to has one at the offering school.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.foundation.campus.models import Room
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.foundation.people.services import sections as people
from tongke.teaching.electives.models import Offer, Round, Seat, Section
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.menu import section_rows
from tongke.teaching.timetable.queries.courses import lesson_forms
from tongke.teaching.timetable.services import sections as timetable


@transaction.atomic
def start_round(round_: Round, *, by: Actor | None, at: datetime) -> int:
    """Open every section that has pupils: rolls and lessons; returns how many sections.

    Raises:
        Refused: the result is not told, or a teacher or room is taken at a section's time; the
            message says whose. Nothing is written then.
    """
    if not Round.objects.filter(pk=round_.pk, state=Round.State.PUBLISHED).update(
        state=Round.State.STARTED
    ):
        raise Refused("请先公布结果；已经开课的不能再开一次。")
    round_.refresh_from_db()
    seats = Seat.objects.filter(round=round_, state=Seat.State.SEATED)
    pupils: dict[int, list[int]] = defaultdict(list)
    for section, pupil in seats.values_list("section", "pupil"):
        pupils[section].append(pupil)
    filled = [one for one in section_rows(round_.sections.all()) if pupils.get(one.pk)]
    for one in filled:
        _start(round_, one, pupils[one.pk], by, at)
    record("electives.round.started", round_, actor=by, at=at, detail={"sections": len(filled)})
    return len(filled)


def _start(
    round_: Round, section: Section, pupils: list[int], by: Actor | None, at: datetime
) -> None:
    groups: dict[int, list[int]] = defaultdict(list)
    schools: dict[int, Organisation] = {}
    for pupil, home in times.homes(pupils, round_.starts_on).items():
        school = _place(section, home.school_class.school)
        schools[school.pk] = school
        groups[school.pk].append(pupil)
    if section.course_id is not None:
        for pk, members in groups.items():
            _into(section, schools[pk], members, round_, round_.starts_on, by, at)
        return
    classes = {pk: _class(section, schools[pk], round_, by, at) for pk in sorted(schools)}
    host = classes.get(section.offer.school_id)
    sides = [
        timetable.Side(school_class=one, room=_listening_room(schools[pk]))
        for pk, one in classes.items() if pk != section.offer.school_id
    ]  # fmt: skip
    section.course = timetable.open_course(
        timetable.SectionCourse(
            term=section.offer.term, form=_form(section), subject=section.offer.subject,
            grade=min(section.offer.grades.all(), key=lambda grade: grade.position),
            title=section.offer.title, school=section.offer.school, teacher=section.teacher,
            room=section.room, host_class=host, sides=sides,
            times=[(each.weekday, each.starts, each.ends) for each in section.times.all()],
            since=round_.starts_on, until=round_.ends_on,
        ),
        by=by, at=at,
    )  # fmt: skip
    section.save(update_fields=["course"])
    for pk, members in groups.items():
        people.join_section(
            classes[pk], members, since=round_.starts_on, until=round_.ends_on, by=by, at=at
        )


def _form(section: Section) -> str:
    """The region's fusion class where it has one, else its first form of a joint lesson."""
    known = [code for code, _ in lesson_forms()]
    return "fusion" if "fusion" in known else known[0]


def _place(section: Section, home: Organisation) -> Organisation:
    """Where pupils of a school sit: at home on line, at the offering school otherwise."""
    return home if section.offer.form == Offer.Form.ONLINE else section.offer.school


def _class(
    section: Section, school: Organisation, round_: Round, by: Actor | None, at: datetime
) -> SchoolClass:
    grade = min(section.offer.grades.all(), key=lambda each: each.position)
    new = people.NewSection(
        school=school, grade_code=grade.pk, name=str(section), entry_year=round_.starts_on.year
    )
    return people.open_section(new, by=by, at=at)


def _listening_room(school: Organisation) -> Room | None:
    return Room.objects.filter(school=school, can_listen=True, retired_on=None).first()


def class_at(section: Section, school: Organisation) -> SchoolClass | None:
    """The section's class at a school; None where nobody of it takes part."""
    course = section.course
    if course is None:
        return None
    if course.host_class is not None and course.host_class.school_id == school.pk:
        return course.host_class
    side = course.listeners.filter(school_class__school=school).select_related("school_class")
    found = side.first()
    return found.school_class if found else None


def _into(
    section: Section, school: Organisation, pupils: list[int], round_: Round, since: date,
    by: Actor | None, at: datetime,
) -> None:  # fmt: skip
    """Pupils who join a running section; their school gets a class of it when it has none."""
    school_class = class_at(section, school)
    if school_class is None:
        school_class = _class(section, school, round_, by, at)
        assert section.course is not None
        side = timetable.Side(school_class=school_class, room=_listening_room(school))
        timetable.add_side(section.course, side, by=by, at=at)
    people.join_section(school_class, pupils, since=since, until=round_.ends_on, by=by, at=at)


@transaction.atomic
def join(seat: Seat, day: date, *, by: Actor | None, at: datetime) -> None:
    """Put a pupil who moved up on the roll from a day on."""
    section = section_rows(Section.objects.filter(pk=seat.section_id)).get()
    since = max(day, seat.round.starts_on)
    home = times.homes([seat.pupil_id], day).get(seat.pupil_id)
    if home is None:
        return
    if section.course_id is None:
        _start(seat.round, section, [seat.pupil_id], by, at)
        return
    school = _place(section, home.school_class.school)
    _into(section, school, [seat.pupil_id], seat.round, since, by, at)


@transaction.atomic
def leave(seat: Seat, day: date, *, by: Actor | None, at: datetime) -> None:
    """Take a pupil who gave the seat back off the roll; yesterday was the last day."""
    section = section_rows(Section.objects.filter(pk=seat.section_id)).get()
    for school_class in classes_of(section):
        people.leave_section(school_class, seat.pupil_id, day - timedelta(days=1), by=by, at=at)


@task("electives.close_sections", every_minutes=24 * 60)
def close_sections() -> None:
    """Close the classes of sections that are over. Safe to run twice."""
    close_ended(timezone.now())


@transaction.atomic
def close_ended(at: datetime) -> int:
    """Close the classes of sections whose last round has ended; returns how many classes."""
    today, count = timezone.localdate(at), 0
    rows = Section.objects.filter(rounds__ends_on__lt=today, course__isnull=False)
    for section in section_rows(rows.exclude(rounds__ends_on__gte=today).distinct()):
        for school_class in classes_of(section):
            if school_class.closed_on is None:
                people.close_section(school_class, today, by=None, at=at)
                count += 1
    return count


def classes_of(section: Section) -> list[SchoolClass]:
    """All classes of a running section, the offering school's first."""
    course = section.course
    if course is None:
        return []
    host = [course.host_class] if course.host_class is not None else []
    return host + [
        each.school_class for each in course.listeners.select_related("school_class__school")
    ]
