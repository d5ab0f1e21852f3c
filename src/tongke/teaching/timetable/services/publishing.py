"""From slots to the lessons of the term, in one transaction; and the way back (S-004)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.timetable import slots as pure
from tongke.teaching.timetable.models import (
    Course,
    CourseSlot,
    Lesson,
    LessonClass,
    Placement,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries import planning
from tongke.teaching.timetable.queries.calendar import (
    BellBook,
    calendar_of,
    clock_time,
    day_name,
    moment,
    planning_day,
    week_of,
    weekday_name,
)
from tongke.teaching.timetable.services import demands, notices
from tongke.teaching.timetable.services.placements import clash_free, lock_term
from tongke.teaching.timetable.services.times import Sides, enough
from tongke.teaching.timetable.services.topics import titles

State = Course.State


def publish_course(
    course: Course, slots: Sequence[pure.Slot], *, by: Actor | None, at: datetime
) -> Course:
    """Publish one course: see `publish_courses`."""
    return publish_courses({course.pk: slots}, by=by, at=at)[0]


@transaction.atomic
def publish_courses(
    plan: Mapping[int, Sequence[pure.Slot]], *, by: Actor | None, at: datetime
) -> list[Course]:
    """Let courses take place in these slots: placements for every class, lessons for the rest of
    the term, demands filled, everybody told. All courses or none.

    Args:
        plan: the slots of each course, by its id.

    Raises:
        Refused: a course is not ready any more, lacks slots, or the plan does not fit what now
            stands in the timetables. Nothing is written.
    """
    courses = planning.ready_courses(list(plan))
    if not courses or len(courses) < len(plan):
        raise Refused("没有可以开课的课程。")
    lock_term(courses[0].term)
    for course in courses:
        # The WHERE clause decides between two clicks; the loser changes nothing.
        won = Course.objects.filter(pk=course.pk, state=State.READY).update(
            state=State.PUBLISHED, published_at=at
        )
        if not won:
            raise Refused(f"{course}已经开课或师资有变动，请刷新后再看。")
        course.state, course.published_at = State.PUBLISHED, at
    day = planning_day(courses[0].term, timezone.localdate(at))
    _check_plan(courses, plan, day)
    given_up = planning.displaced(courses)
    for course in courses:
        _displace(course, given_up[course.pk])
    for course in courses:
        _establish(course, plan[course.pk], by=by, at=at)
    return courses


def _check_plan(
    courses: Sequence[Course], plan: Mapping[int, Sequence[pure.Slot]], day: date
) -> None:
    for course in courses:
        if len(plan[course.pk]) != course.periods_per_week:
            raise Refused(
                f"{course}每周 {course.periods_per_week} 节，方案里有 {len(plan[course.pk])} 节。"
            )
    _check_days(courses, plan)
    problem = planning.problem_of(courses, day)
    slots = [slot for course in courses for slot in plan[course.pk]]
    faults = pure.clashes(problem, slots)
    if faults:
        more = f"（共 {len(faults)} 处）" if faults[1:] else ""
        raise Refused(f"课表已有变动，方案不能用了：{faults[0].rstrip('。')}{more}。请重新排课。")


def _check_days(courses: Sequence[Course], plan: Mapping[int, Sequence[pure.Slot]]) -> None:
    """Refuse when somebody would deliver more joint lessons on a day than the region allows."""
    most = current(TimetableProfile).max_delivered_per_day
    days: Counter[tuple[int | None, int]] = Counter(
        CourseSlot.objects.filter(
            course__term=courses[0].term_id, course__state=State.PUBLISHED,
            course__host_teacher__in=[each.host_teacher_id for each in courses],
        ).values_list("course__host_teacher", "weekday")
    )  # fmt: skip
    for course in courses:
        for slot in plan[course.pk]:
            days[course.host_teacher_id, slot.weekday] += 1
            if days[course.host_teacher_id, slot.weekday] > most:
                name = course.host_teacher.name if course.host_teacher else ""
                when = weekday_name(slot.weekday)
                raise Refused(f"{name}{when}主讲的联合课超过每天 {most} 节，请换个时段。")


def _displace(course: Course, rows: Sequence[Placement]) -> None:
    """Take the class's own lessons of the subject away, and remember them."""
    course.displaced = [
        {
            "class": row.school_class_id, "weekday": row.weekday, "seq": row.seq,
            "subject": row.subject_id, "teacher": row.teacher_id, "room": row.room_id,
        }
        for row in rows
    ]  # fmt: skip
    course.save(update_fields=["displaced"])
    Placement.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _establish(
    course: Course, slots: Sequence[pure.Slot], *, by: Actor | None, at: datetime
) -> None:
    made: list[tuple[CourseSlot, pure.Slot]] = []
    for slot in slots:
        row = CourseSlot.objects.create(
            course=course, weekday=slot.weekday, starts=clock_time(slot.start_minute),
            ends=clock_time(slot.end_minute), seq=slot.host.seq, room_id=int(slot.host_room.key),
        )  # fmt: skip
        made.append((row, slot))
        _place(course, row, slot)
    count = _lessons(course, made, at)
    filled = demands.fill(course, by=by, at=at)
    detail = {"slots": len(made), "lessons": count, "demands": [each.pk for each in filled]}
    record("timetable.course.published", course, actor=by, at=at, detail=detail)
    times = "、".join(
        f"{weekday_name(slot.weekday)} {slot.starts:%H:%M}–{slot.ends:%H:%M}" for slot, _ in made
    )
    _tell(course, f"{course}联合课已开课", f"{times}，本学期共 {count} 节。",
          "published", at)  # fmt: skip


def _place(course: Course, row: CourseSlot, slot: pure.Slot) -> None:
    """One placement per class, by its own school's bell; the assistant teaches where it listens."""
    fresh = [
        Placement(
            term_id=course.term_id, school_class=each.school_class, weekday=slot.weekday,
            seq=bell.seq, subject_id=course.subject_id, teacher_id=each.assistant_id,
            room_id=int(room.key), slot=row,
        )
        for each, bell, room in zip(
            course.listeners.all(), slot.listeners, slot.listener_rooms, strict=True
        )
    ]  # fmt: skip
    if course.host_class_id is not None:
        fresh.append(
            Placement(
                term_id=course.term_id, school_class_id=course.host_class_id,
                weekday=slot.weekday, seq=slot.host.seq, subject_id=course.subject_id,
                teacher_id=course.host_teacher_id, room_id=int(slot.host_room.key), slot=row,
            )
        )  # fmt: skip
    Placement.objects.bulk_create(fresh)


def _lessons(course: Course, made: Sequence[tuple[CourseSlot, pure.Slot]], at: datetime) -> int:
    """The lessons of all remaining weeks, with their classes and topics; returns how many."""
    calendar = calendar_of(course.term)
    planned: list[Lesson] = []
    for row, slot in made:
        sides = _sides(course, slot)
        book = BellBook(sides.schools)
        days = [day for day in calendar.days_of(row.weekday) if moment(day, row.starts) > at]
        edges = book.changes(days[0], days[-1]) if days else []
        bells = {edge: book.on(edge) for edge in edges}
        for day in days:
            common = sides.common(bells[max(edge for edge in edges if edge <= day)])
            if common is None or not enough(*common):
                raise Refused(
                    f"{course}：{day_name(day)}起有学校换作息，共同时间不够，请换个时段。"
                )
            planned.append(_lesson(course, row, day, common))
    planned.sort(key=lambda lesson: lesson.starts_at)
    units = list(course.textbook.units.order_by("seq")) if course.textbook else []
    for lesson, (unit, title) in zip(planned, titles(units, len(planned)), strict=True):
        lesson.unit, lesson.title = unit, title
    by_slot = {row.pk: slot for row, slot in made}
    Lesson.objects.bulk_create(planned, batch_size=500)
    LessonClass.objects.bulk_create(
        (one for lesson in planned for one in _classes(course, lesson, by_slot[lesson.slot_id])),
        batch_size=500,
    )
    return len(planned)


def _sides(course: Course, slot: pure.Slot) -> Sides:
    listening = zip(course.listeners.all(), slot.listeners, strict=True)
    periods = {(each.school_class.school_id, bell.seq) for each, bell in listening}
    return Sides(tuple(sorted({(course.host_school_id, slot.host.seq), *periods})))


def _lesson(course: Course, row: CourseSlot, day: date, common: tuple[Any, Any]) -> Lesson:
    week = week_of(course.term, day)
    assert week is not None
    assert course.host_teacher is not None
    return Lesson(
        course=course, slot=row, week=week, day=day, starts_at=moment(day, common[0]),
        ends_at=moment(day, common[1]), teacher=course.host_teacher, room_id=row.room_id,
    )  # fmt: skip


def _classes(course: Course, lesson: Lesson, slot: pure.Slot) -> Iterable[LessonClass]:
    if course.host_class_id is not None:
        yield LessonClass(
            lesson=lesson, school_class_id=course.host_class_id, side=LessonClass.Side.HOST,
            room_id=lesson.room_id, bell_seq=slot.host.seq,
        )  # fmt: skip
    for each, bell, room in zip(
        course.listeners.all(), slot.listeners, slot.listener_rooms, strict=True
    ):
        yield LessonClass(
            lesson=lesson, school_class=each.school_class, side=LessonClass.Side.LISTENING,
            assistant_id=each.assistant_id, room_id=int(room.key), bell_seq=bell.seq,
        )  # fmt: skip


@transaction.atomic
def withdraw_course(course: Course, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Take a course back: coming lessons are cancelled, demands open again, and the lessons that
    the classes had given up return where their period is still free. What was held stays.

    Raises:
        Refused: no reason is given, or the course has ended or is withdrawn already.
    """
    if not reason.strip():
        raise Refused("请写明撤销的原因。")
    reason = reason.strip()[:200]
    alive = (State.DRAFT, State.READY, State.PUBLISHED)
    won = Course.objects.filter(pk=course.pk, state__in=alive).update(state=State.WITHDRAWN)
    if not won:
        raise Refused("课程已经结束或撤销。")
    course = planning.ready_courses([course.pk])[0]
    cancelled = Lesson.objects.filter(course=course, state=Lesson.State.PLANNED).update(
        state=Lesson.State.CANCELLED, reason=f"课程撤销：{reason}"[:200]
    )
    Placement.objects.filter(slot__course=course).delete()
    restored = _restore(course, at)
    reopened = demands.reopen(course, reason=f"联合课程撤销：{reason}", by=by, at=at)
    detail = {"reason": reason, "lessons": cancelled, "demands": reopened, "restored": restored}
    record("timetable.course.withdrawn", course, actor=by, at=at, detail=detail)
    _tell(course, f"{course}联合课已撤销", f"原因：{reason}。取消 {cancelled} 节，需求重新待承接。",
          "withdrawn", at)  # fmt: skip


def _restore(course: Course, at: datetime) -> int:
    """Put displaced lessons back into periods that nothing else has taken since."""
    back = [
        Placement(
            term_id=course.term_id, school_class_id=row["class"], weekday=row["weekday"],
            seq=row["seq"], subject_id=row["subject"], teacher_id=row["teacher"],
            room_id=row["room"],
        )
        for row in course.displaced
    ]  # fmt: skip
    taken = set(
        Placement.objects.filter(
            term=course.term_id, school_class__in={each.school_class_id for each in back}
        ).values_list("school_class", "weekday", "seq")
    )
    free = [each for each in back if (each.school_class_id, each.weekday, each.seq) not in taken]
    kept = clash_free(course.term, free, planning_day(course.term, timezone.localdate(at)))
    Placement.objects.bulk_create(kept)
    Course.objects.filter(pk=course.pk).update(displaced=[])
    return len(kept)


def _tell(course: Course, title: str, body: str, occasion: str, at: datetime) -> None:
    schools = {course.host_school_id}
    people = {course.host_teacher_id}
    for each in course.listeners.all():
        schools.add(each.school_class.school_id)
        people.add(each.assistant_id)
    people |= notices.managers(schools, timezone.localdate(at))
    notices.tell(
        people, notices.COURSE, title, body=body, key=f"course:{course.pk}:{occasion}",
        url=reverse("timetable:course-detail", args=[course.pk]),
    )  # fmt: skip
