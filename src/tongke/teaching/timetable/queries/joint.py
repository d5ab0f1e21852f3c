"""The joint timetable of a consortium: classes of one grade side by side on the real clock."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tongke.engines.communities import queries as communities
from tongke.engines.communities.models import Community
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.models import SchoolClass
from tongke.teaching.timetable.drawing import Column, Drawing, Entry, Span, sheet
from tongke.teaching.timetable.models import Course, CourseSlot, Placement, Term
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, Bells, bells_on, minute


@dataclass(frozen=True)
class JointWeek:
    """The week of one grade: the whole, and day by day for narrow screens."""

    grade: str
    grades: list[tuple[str, str]]
    classes: int
    courses: int
    week: Drawing | None
    days: list[Drawing]


def joint_week(term: Term, community: Community, wanted: str, day: date) -> JointWeek:
    """The weekly plan of the community's classes of one grade, by the bells of `day`.

    Args:
        wanted: grade code; where no class is in it, the grade with most joint lessons.
    """
    members = [each.organisation for each in communities.members(community, day)]
    rank = {school.pk: place for place, school in enumerate(members)}
    found = SchoolClass.objects.filter(
        school__in=members, kind=SchoolClass.Kind.STANDING, closed_on=None
    ).select_related("school")
    classes = sorted(found, key=lambda each: (rank[each.school_id], each.number, each.pk))
    codes = {each.grade_code for each in classes}
    grades = list(Grade.objects.filter(code__in=codes).values_list("code", "name"))
    grade = wanted if wanted in codes else _busiest(term, classes, grades)
    shown = [each for each in classes if each.grade_code == grade]
    slots = list(
        CourseSlot.objects.filter(
            course__term=term, course__state=Course.State.PUBLISHED,
            placements__school_class__in=shown,
        ).distinct().select_related("course__subject", "course__grade", "course__host_teacher")
    )  # fmt: skip
    rows = list(
        Placement.objects.filter(term=term, school_class__in=shown).select_related(
            "subject", "teacher", "school_class"
        )
    )
    bells = bells_on({each.school_id for each in shown}, day)
    entries = [*_periods(shown, bells), *_lessons(rows, bells)]
    spans = list(_joint(slots, rows))
    columns = [Column(str(each.pk), f"{each.school.short_name}{each.name}") for each in shown]
    name = dict(grades).get(grade, "")

    def drawn(weekdays: Sequence[int]) -> Drawing:
        title = f"{community.name}{name}联合课表"
        return sheet(columns, entries, spans, weekdays=weekdays, title=title)

    return JointWeek(
        grade=grade, grades=grades, classes=len(shown),
        courses=len({slot.course_id for slot in slots}),
        week=drawn(SCHOOL_DAYS) if shown else None,
        days=[drawn([weekday]) for weekday in SCHOOL_DAYS] if shown else [],
    )  # fmt: skip


def _busiest(term: Term, classes: Sequence[SchoolClass], grades: list[tuple[str, str]]) -> str:
    joint = Placement.objects.filter(term=term, school_class__in=classes).exclude(slot=None)
    counts: dict[str, int] = defaultdict(int)
    for code in joint.values_list("school_class__grade_code", flat=True):
        counts[code] += 1
    if counts:
        return max(sorted(counts), key=lambda code: counts[code])
    return grades[0][0] if grades else ""


def _periods(classes: Sequence[SchoolClass], bells: Bells) -> Iterator[Entry]:
    for each in classes:
        for one in bells.get(each.school_id, {}).values():
            for weekday in SCHOOL_DAYS:
                title = f"{each.school.short_name}{one.label} {one.clock}"
                yield Entry(str(each.pk), weekday, minute(one.starts), minute(one.ends), "",
                            title, "bell")  # fmt: skip


def _lessons(rows: Sequence[Placement], bells: Bells) -> Iterator[Entry]:
    for row in rows:
        one = bells.get(row.school_class.school_id, {}).get(row.seq)
        if one is None:
            continue
        who = f" {row.teacher.name}" if row.teacher else ""
        title = f"{row.school_class.name} {row.subject.name}{who} {one.clock}"
        yield Entry(
            str(row.school_class_id), row.weekday, minute(one.starts), minute(one.ends),
            row.subject.name, title, "other" if row.slot_id else "own",
        )  # fmt: skip


def _joint(slots: Sequence[CourseSlot], rows: Sequence[Placement]) -> Iterator[Span]:
    """A joint lesson over the columns of the classes that take part in it."""
    classes: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.slot_id is not None:
            classes[row.slot_id].append(str(row.school_class_id))
    for slot in slots:
        host = slot.course.host_teacher.name if slot.course.host_teacher else ""
        for key in classes[slot.pk]:
            yield Span(
                (key,), slot.weekday, minute(slot.starts), minute(slot.ends),
                slot.course.subject.name, f"{slot.course}联合课，主讲 {host}",
            )  # fmt: skip
