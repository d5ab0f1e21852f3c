"""The meetings of a section: rolls, presence from the live room or by hand, results."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.teaching.classroom.models import RollEntry
from tongke.teaching.electives.models import Presence, Result, Seat, Section
from tongke.teaching.electives.queries import times
from tongke.teaching.timetable.models import Lesson, LessonClass

HERE = frozenset({"present", "late"})


def class_ids(section: Section) -> list[int]:
    """The classes of a running section."""
    rows = LessonClass.objects.filter(lesson__course=section.course_id or 0).order_by()
    return list(rows.values_list("school_class", flat=True).distinct())


def roll_on(section: Section, day: date | None) -> dict[int, int]:
    """Who is on the section's roll on a day, or ever was: class by pupil."""
    rows = Enrolment.objects.filter(school_class__in=class_ids(section), standing=False)
    if day is not None:
        rows = rows.filter(now(day))
    return dict(rows.order_by("since", "pk").values_list("pupil", "school_class"))


def lessons_of(section: Section) -> QuerySet[Lesson]:
    """The lessons of a section in order."""
    return Lesson.objects.filter(course=section.course_id or 0).order_by("starts_at")


def called(lessons: Collection[int]) -> set[int]:
    """The lessons whose roll was called in the live room."""
    rows = RollEntry.objects.filter(session__lesson__in=lessons).order_by()
    return set(rows.values_list("session__lesson", flat=True).distinct())


def marks_of(
    lessons: Collection[int], pupils: Collection[int] | None = None
) -> dict[tuple[int, int], str]:
    """Presence by (lesson, pupil): the roll of the live room first, else what was entered."""
    wanted = Q() if pupils is None else Q(pupil__in=pupils)
    by_hand = Presence.objects.filter(wanted, lesson__in=lessons)
    live = RollEntry.objects.filter(wanted, session__lesson__in=lessons)
    rows = [*by_hand.values_list("lesson", "pupil", "status")]
    rows += live.values_list("session__lesson", "pupil", "status")
    return {(lesson, pupil): status for lesson, pupil, status in rows}


@dataclass(frozen=True)
class Meeting:
    """A lesson of a section with how many were there."""

    lesson: Lesson
    here: int | None
    of: int
    live: bool
    due: bool


def meetings(section: Section, at: datetime) -> list[Meeting]:
    """The section's lessons; presence that is still to be entered is marked."""
    lessons = list(lessons_of(section))
    marks = marks_of([one.pk for one in lessons])
    here: Counter[int] = Counter()
    of: Counter[int] = Counter()
    for (lesson, _), status in marks.items():
        of[lesson] += 1
        here[lesson] += status in HERE
    live = called([one.pk for one in lessons])
    return [
        Meeting(
            one, here[one.pk] if of[one.pk] else None, of[one.pk], one.pk in live,
            not of[one.pk] and one.ends_at <= at and one.state != Lesson.State.CANCELLED,
        )
        for one in lessons
    ]  # fmt: skip


@dataclass(frozen=True)
class RollLine:
    """A pupil of a section as the roll shows it."""

    pupil: Person
    home: SchoolClass | None
    seat: Seat
    here: int
    of: int
    result: Result | None


def roll_lines(section: Section, seats: QuerySet[Seat], today: date) -> list[RollLine]:
    """The pupils of a section whom the reader may see, by school and name."""
    rows = list(seats.filter(section=section, state=Seat.State.SEATED).select_related("pupil"))
    return _lines(rows, today)


def _lines(rows: list[Seat], today: date) -> list[RollLine]:
    pupils = [row.pupil_id for row in rows]
    homes = times.homes(pupils, today)
    counts = presence_of(rows)
    results = {
        (row.section_id, row.pupil_id): row
        for row in Result.objects.filter(
            section__in={row.section_id for row in rows}, pupil__in=pupils
        )
    }
    lines = []
    for row in rows:
        home = homes.get(row.pupil_id)
        here, of = counts.get((row.section_id, row.pupil_id), (0, 0))
        lines.append(
            RollLine(
                row.pupil, home.school_class if home else None, row, here, of,
                results.get((row.section_id, row.pupil_id)),
            )
        )  # fmt: skip
    return sorted(lines, key=_place)


def _place(line: RollLine) -> tuple[object, ...]:
    home = line.home
    where = (home.school.path, home.grade_code, home.number) if home else ("", "", 0)
    return (*where, line.pupil.name, line.pupil.pk)


def presence_of(rows: Iterable[Seat]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each (section, pupil): in how many called lessons they were, of how many."""
    pupils: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        pupils[row.section_id].add(row.pupil_id)
    lessons: Mapping[int, int] = dict(
        Lesson.objects.filter(course__section__in=pupils).values_list("pk", "course__section")
    )
    everybody = set().union(*pupils.values()) if pupils else set()
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (lesson, pupil), status in marks_of(list(lessons), everybody).items():
        key = (lessons[lesson], pupil)
        if pupil in pupils[key[0]]:
            here, of = found.get(key, (0, 0))
            found[key] = (here + (status in HERE), of + 1)
    return found


def returned(rows: list[Seat], today: date) -> list[RollLine]:
    """Seats of one school's or class's pupils, with presence and results, wherever they learn."""
    return _lines(rows, today)


def pupils_on(section: Section, day: date) -> list[Person]:
    """The pupils on the section's roll on a day, by name."""
    return list(Person.objects.filter(pk__in=roll_on(section, day)).order_by("name", "pk"))
