"""From rows to the solver's plain data and back: what is busy, what a course would displace."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.campus.models import Room
from tongke.foundation.campus.queries import line_hours
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    Demand,
    Placement,
    PlanRun,
    Term,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import (
    SCHOOL_DAYS,
    bells_on,
    minute,
    weekday_name,
)
from tongke.teaching.timetable.queries.clock import Hold, all_holds
from tongke.teaching.timetable.queries.courses import course_rows, missing


def teacher_key(person: Person) -> pure.Resource:
    """A person as the solver knows them."""
    return pure.Resource("teacher", str(person.pk), person.name)


def class_key(school_class: SchoolClass) -> pure.Resource:
    """A class as the solver knows it."""
    name = f"{school_class.school.short_name}{school_class.name}"
    return pure.Resource("class", str(school_class.pk), name)


def room_key(room: Room, school: Organisation) -> pure.Resource:
    """A room as the solver knows it."""
    return pure.Resource("room", str(room.pk), f"{school.short_name}{room.name}")


def ready_courses(ids: Collection[int]) -> list[Course]:
    """Courses with all sides, in a steady order, for planning."""
    return list(course_rows(Course.objects.filter(pk__in=ids)).order_by("pk"))


def displaced(courses: Iterable[Course]) -> dict[int, list[Placement]]:
    """The ordinary lessons each course would take the place of, by course id.

    The host's own class has its lessons of the subject in the joint course, and a class without
    a qualified teacher gives up its own; a class that lacks periods keeps what it has. So many
    go as the course has periods: the delivering teacher's own first, then by the week.
    """
    found: dict[int, list[Placement]] = {}
    for course in courses:
        doubtful = Demand.objects.filter(
            course=course, kind=Demand.Kind.UNQUALIFIED, state__in=["taken", "filled"]
        )
        classes = set(doubtful.values_list("school_class", flat=True))
        if course.host_class_id:
            classes.add(course.host_class_id)
        rows = Placement.objects.filter(
            term=course.term_id, subject=course.subject_id, school_class__in=classes, slot=None
        )
        ordered = sorted(
            rows, key=lambda row: (row.teacher_id != course.host_teacher_id, row.weekday, row.seq)
        )
        taken: Counter[int] = Counter()
        mine = found.setdefault(course.pk, [])
        for row in ordered:
            if taken[row.school_class_id] < course.periods_per_week:
                taken[row.school_class_id] += 1
                mine.append(row)
    return found


def problem_of(courses: Sequence[Course], day: date) -> pure.Problem:
    """Everything the solver may know of these courses in a week like that of `day`.

    Args:
        courses: complete on all sides, from `ready_courses`, of one term.

    Raises:
        Refused: a course is not complete, or they belong to different terms.
    """
    if len({each.term_id for each in courses}) != 1:
        raise Refused("请选择同一学期的课程一起排课。")
    for each in courses:
        waits = missing(each)
        if waits:
            raise Refused(f"{each}还缺{waits[0].school.short_name}的{waits[0].what}。")
    profile = current(TimetableProfile)
    schools = _schools(courses)
    bells = bells_on(schools, day)
    return pure.Problem(
        bells=tuple(
            pure.Bell(str(school), one.seq, minute(one.starts), minute(one.ends))
            for school, periods in bells.items()
            for one in periods.values()
        ),
        courses=tuple(_course(each, profile) for each in courses),
        busy=tuple(_busy(courses, day, profile)),
        schools={str(pk): school.short_name for pk, school in schools.items()},
        weekdays=SCHOOL_DAYS,
        room_gap_minutes=profile.room_gap_minutes,
        max_delivered_per_day=profile.max_delivered_per_day,
        weak_lines=tuple(_weak_lines(courses, profile)),
    )


def _weak_lines(courses: Sequence[Course], profile: TimetableProfile) -> Iterable[pure.WeakLine]:
    """The hours at which the lines of these courses' rooms failed too often lately."""
    cast = _cast(courses, profile)
    for one in line_hours(cast.ids("room"), at=timezone.now()):
        if one.weak:
            room = cast.resources["room", one.room]
            yield pure.WeakLine(room, 60 * one.hour, 60 * one.hour + 60, one.percent)


def _schools(courses: Iterable[Course]) -> dict[int, Organisation]:
    found: dict[int, Organisation] = {}
    for course in courses:
        found[course.host_school_id] = course.host_school
        for each in course.listeners.all():
            found[each.school_class.school_id] = each.school_class.school
    return found


def _course(course: Course, profile: TimetableProfile) -> pure.Course:
    assert course.host_teacher is not None
    assert course.host_room is not None
    if course.host_class is not None:
        course.host_class.school = course.host_school
    return pure.Course(
        key=str(course.pk),
        name=str(course),
        school=str(course.host_school_id),
        teacher=teacher_key(course.host_teacher),
        rooms=(room_key(course.host_room, course.host_school),),
        classroom=class_key(course.host_class) if course.host_class else None,
        listeners=tuple(
            pure.Listener(
                class_key(each.school_class),
                str(each.school_class.school_id),
                (room_key(each.room, each.school_class.school),) if each.room else (),
                teacher_key(each.assistant) if each.assistant else None,
            )
            for each in course.listeners.all()
        ),
        periods_per_week=course.periods_per_week,
        min_overlap_minutes=profile.min_overlap_minutes,
        max_start_shift_minutes=profile.max_start_shift_minutes,
    )


@dataclass(frozen=True)
class _Cast:
    """Everyone and every room that these courses need, by kind and id."""

    resources: dict[tuple[str, int], pure.Resource]

    def ids(self, kind: str) -> set[int]:
        return {key for each, key in self.resources if each == kind}


def _cast(courses: Iterable[Course], profile: TimetableProfile) -> _Cast:
    found: dict[tuple[str, int], pure.Resource] = {}
    for course in courses:
        plain = _course(course, profile)
        people = [plain.teacher, plain.classroom, *plain.rooms]
        for each in plain.listeners:
            people += [each.classroom, each.assistant, *each.rooms]
        found.update(((one.kind, int(one.key)), one) for one in people if one is not None)
    return _Cast(found)


def _busy(courses: Sequence[Course], day: date, profile: TimetableProfile) -> Iterable[pure.Busy]:
    cast = _cast(courses, profile)
    given_up = {row.pk for rows in displaced(courses).values() for row in rows}
    held = all_holds(
        courses[0].term, day, classes=cast.ids("class"), teachers=cast.ids("teacher"),
        rooms=cast.ids("room"), leave_out=given_up,
    )  # fmt: skip
    for each in held:
        yield _taken(each, cast, profile.room_gap_minutes)
    for teacher, weekday, count in full_days(courses[0].term, cast.ids("teacher")):
        label = f"当天已主讲 {count} 节联合课"
        yield pure.Busy(cast.resources["teacher", teacher], weekday, 0, 24 * 60, label)


def _taken(hold: Hold, cast: _Cast, gap: int) -> pure.Busy:
    # Connecting and testing a room needs a pause between two joint lessons.
    around = gap if hold.kind == "room" and hold.joint is not None else 0
    label = f"{hold.label}（联合课程）" if hold.joint is not None else hold.label
    start, end = max(0, hold.start - around), min(24 * 60, hold.end + around)
    return pure.Busy(cast.resources[hold.kind, hold.key], hold.weekday, start, end, label)


def full_days(term: Term, teachers: Collection[int]) -> list[tuple[int, int, int]]:
    """Days on which a teacher delivers as many joint lessons as the region allows.

    Returns:
        (teacher, weekday, lessons) of each such day.
    """
    rows = CourseSlot.objects.filter(
        Q(course__host_teacher__in=teachers), course__term=term,
        course__state=Course.State.PUBLISHED,
    ).values_list("course__host_teacher", "weekday")  # fmt: skip
    most = current(TimetableProfile).max_delivered_per_day
    counts = Counter(rows)
    return [(who, weekday, count) for (who, weekday), count in counts.items()
            if who is not None and count >= most]  # fmt: skip


def pack(slot: pure.Slot) -> dict[str, Any]:
    """A slot as a row of JSON."""
    return {
        "course": int(slot.course), "weekday": slot.weekday, "seq": slot.host.seq,
        "start": slot.start_minute, "end": slot.end_minute, "room": int(slot.host_room.key),
        "listeners": [
            {"seq": bell.seq, "room": int(room.key)}
            for bell, room in zip(slot.listeners, slot.listener_rooms, strict=True)
        ],
    }  # fmt: skip


def unpack(packed: dict[str, Any], problem: pure.Problem) -> pure.Slot:
    """The slot again, with the bells as they ring now.

    Raises:
        Refused: a bell or room of it is gone; the plan must be made again.
    """
    course = problem.course(str(packed["course"]))
    sides = [(course.school, packed["seq"], packed["room"], course.rooms)]
    if len(packed["listeners"]) != len(course.listeners):
        raise Refused(f"{course.name}的听讲班有变动，请重新排课。")
    for listener, one in zip(course.listeners, packed["listeners"], strict=True):
        sides.append((listener.school, one["seq"], one["room"], listener.rooms))
    bells: list[pure.Bell] = []
    rooms: list[pure.Resource] = []
    for school, seq, room, able in sides:
        grid = problem.grid(school, packed["weekday"])
        bell = next((each for each in grid if each.seq == seq), None)
        place = next((each for each in able if each.key == str(room)), None)
        if bell is None or place is None:
            raise Refused(f"{course.name}的作息或教室有变动，请重新排课。")
        bells.append(bell)
        rooms.append(place)
    return pure.Slot(
        course=course.key, weekday=packed["weekday"], host=bells[0], listeners=tuple(bells[1:]),
        start_minute=max(bell.start_minute for bell in bells),
        end_minute=min(bell.end_minute for bell in bells),
        host_room=rooms[0], listener_rooms=tuple(rooms[1:]),
    )  # fmt: skip


def waiting(courses: QuerySet[Course]) -> list[Course]:
    """The courses that are complete and wait to be planned."""
    return list(course_rows(courses.filter(state=Course.State.READY)).order_by("created_at", "pk"))


def run_rows(rows: QuerySet[PlanRun]) -> QuerySet[PlanRun]:
    """Runs with all that a list shows of them, newest first."""
    courses = Course.objects.select_related("grade", "subject")
    return (
        rows.select_related("organisation", "term")
        .defer("proposal")
        .prefetch_related(Prefetch("courses", queryset=courses))
        .order_by("-created_at", "-pk")
    )


@dataclass(frozen=True)
class SlotLine:
    """One weekly lesson of a proposal in words."""

    slot: pure.Slot
    when: str
    sides: tuple[tuple[str, str, str], ...]  # school, period with its own clock, room


@dataclass(frozen=True)
class CourseLine:
    """A course of a proposal: its lessons, and why some are missing."""

    course: Course
    slots: tuple[SlotLine, ...]
    missing: int
    reasons: tuple[str, ...]
    blockers: tuple[str, ...]
    relaxations: tuple[str, ...]


def proposal_lines(
    courses: Iterable[Course],
    problem: pure.Problem,
    slots: Sequence[pure.Slot],
    unplaced: Iterable[dict[str, Any]],
) -> list[CourseLine]:
    """A proposal course by course, as the page tells it."""
    lacking = {each["course"]: each for each in unplaced}
    lines = []
    for course in courses:
        mine = [slot for slot in slots if slot.course == str(course.pk)]
        why = lacking.get(course.pk, {})
        lines.append(
            CourseLine(
                course=course,
                slots=tuple(_slot_line(problem, slot) for slot in mine),
                missing=course.periods_per_week - len(mine),
                reasons=tuple(why.get("reasons", ())),
                blockers=tuple(why.get("tallies", ())),
                relaxations=tuple(why.get("relaxations", ())),
            )
        )
    return lines


def _slot_line(problem: pure.Problem, slot: pure.Slot) -> SlotLine:
    plain = problem.course(slot.course)
    sides = [(plain.school, slot.host, slot.host_room)]
    sides += [
        (each.school, bell, room)
        for each, bell, room in zip(
            plain.listeners, slot.listeners, slot.listener_rooms, strict=True
        )
    ]
    when = f"{weekday_name(slot.weekday)} {pure.clock(slot.start_minute)}–"
    return SlotLine(
        slot, f"{when}{pure.clock(slot.end_minute)}",
        tuple(
            (
                problem.school_name(school),
                f"第 {bell.seq} 节 {pure.clock(bell.start_minute)}–{pure.clock(bell.end_minute)}",
                room.label,
            )
            for school, bell, room in sides
        ),
    )  # fmt: skip
