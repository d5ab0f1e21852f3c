"""Joint courses before they are published: taken from demands, staffed from all sides (S-004)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.communities import queries as communities
from tongke.engines.communities.models import Community
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade, Textbook
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import Course, Demand, Listener
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries import courses as queries
from tongke.teaching.timetable.queries.calendar import planning_day
from tongke.teaching.timetable.services import demands as demand_services
from tongke.teaching.timetable.services import notices

OPEN = (Course.State.DRAFT, Course.State.READY)


@transaction.atomic
def take_demands(
    demands: Collection[Demand],
    *,
    host_school: Organisation,
    periods_per_week: int | None = None,
    form: str = "",
    by: Actor | None,
    at: datetime,
) -> Course:
    """Make one joint course of open demands of the same term, subject and grade.

    Args:
        periods_per_week: by default what the neediest class lacks.
        form: profile code of the lesson form; the region's first by default.

    Raises:
        Refused: nothing is chosen, they do not fit together, are too many, come from the
            delivering school itself, or somebody else was faster. Nothing is written.
    """
    listed = list(demands)
    _check_together(listed, host_school)
    first = listed[0]
    known = [code for code, _ in queries.lesson_forms()]
    if form and form not in known:
        raise Refused("没有这种课堂形态。")
    course = Course.objects.create(
        term_id=first.term_id, community=_community(host_school, listed, at),
        form=form or known[0], subject_id=first.subject_id,
        grade=Grade.objects.get(pk=first.school_class.grade_code), host_school=host_school,
        textbook=_textbook(first), created_at=at,
        periods_per_week=periods_per_week or max(each.periods for each in listed),
    )  # fmt: skip
    demand_services.take(listed, course, by=by, at=at)
    Listener.objects.bulk_create(
        Listener(course=course, school_class=each.school_class) for each in listed
    )
    record("timetable.course.created", course, actor=by, at=at,
           detail={"demands": [each.pk for each in listed]})  # fmt: skip
    _ask_listeners(course, listed, at)
    return course


def _check_together(demands: list[Demand], host_school: Organisation) -> None:
    if not demands:
        raise Refused("请先选择要承接的需求。")
    kinds = {(each.term_id, each.subject_id, each.school_class.grade_code) for each in demands}
    if len(kinds) > 1:
        raise Refused("只有同一学期、同一学科、同一年级的需求才能合成一门课。")
    most = current(TimetableProfile).max_listeners
    if len(demands) > most:
        raise Refused(f"一门联合课程最多带 {most} 个听讲班。")
    own = [each for each in demands if each.school_class.school_id == host_school.pk]
    if own:
        raise Refused(f"{own[0].school_class.name}是本校的班，不能作为听讲班。")


def _community(school: Organisation, demands: list[Demand], at: datetime) -> Community | None:
    """The consortium led by the school that all the classes belong to, if there is one."""
    day = timezone.localdate(at)
    schools = {each.school_class.school_id for each in demands}
    for group in communities.led_by(school, day):
        inside = {member.organisation_id for member in communities.members(group, day)}
        if schools <= inside:
            return group
    return communities.led_by(school, day).first()


def _textbook(demand: Demand) -> Textbook | None:
    """The volume of this half of the year: the first in autumn, the second in spring."""
    volumes = Textbook.objects.filter(
        subject=demand.subject_id, grade=demand.school_class.grade_code
    ).order_by("volume")
    wanted = "下" if demand.term.starts_on.month < 7 else "上"
    return volumes.filter(volume__startswith=wanted).first() or volumes.first()


def _ask_listeners(course: Course, demands: list[Demand], at: datetime) -> None:
    schools = {each.school_class.school_id for each in demands}
    people = notices.managers(schools, timezone.localdate(at))
    title = f"{course.host_school.short_name}承接了{course}需求"
    notices.tell(
        people, notices.COURSE, title, body="请为听讲班指定听讲教师和教室。",
        url=reverse("timetable:course-detail", args=[course.pk]), key=f"course:{course.pk}:taken",
    )  # fmt: skip


@transaction.atomic
def staff_course(
    course: Course,
    *,
    host_teacher: Person | None,
    host_class: SchoolClass | None,
    host_room: Room | None,
    textbook: Textbook | None,
    form: str,
    periods_per_week: int,
    by: Actor | None,
    at: datetime,
) -> None:
    """The delivering side: who teaches, with which class or from a studio, in which room.

    Raises:
        Refused: the course is published or withdrawn, the teacher is not qualified or would
            teach too much, or class, room, textbook or form do not fit.
    """
    course = _locked(course)
    day = planning_day(course.term, timezone.localdate(at))
    if form not in dict(queries.lesson_forms()):
        raise Refused("没有这种课堂形态。")
    if host_class is not None and host_class not in queries.host_classes(course):
        raise Refused("主讲班应是本校同年级的班。")
    if host_room is not None and host_room not in queries.rooms_for(
        course.host_school, deliver=True, day=day
    ):
        raise Refused(f"{host_room.name}不能作主讲教室。")
    if textbook is not None and textbook not in queries.textbooks_for(course):
        raise Refused("教材与课程的学科、年级不符。")
    if not 1 <= periods_per_week <= 5:
        raise Refused("每周课时应在 1 到 5 之间，一天最多一节。")
    if host_teacher is not None:
        _check_host(course, host_teacher, host_class, periods_per_week, at)
    course.host_teacher, course.host_class, course.host_room = host_teacher, host_class, host_room
    course.textbook, course.form, course.periods_per_week = textbook, form, periods_per_week
    course.save(update_fields=["host_teacher", "host_class", "host_room", "textbook", "form",
                               "periods_per_week"])  # fmt: skip
    _settle(course)
    detail = {"teacher": course.host_teacher_id, "class": course.host_class_id,
              "room": course.host_room_id, "periods": periods_per_week}  # fmt: skip
    record("timetable.course.staffed", course, actor=by, at=at, detail=detail)


def _check_host(
    course: Course, teacher: Person, host_class: SchoolClass | None, periods: int, at: datetime
) -> None:
    day, profile = planning_day(course.term, timezone.localdate(at)), current(TimetableProfile)
    load = queries.host_load(course, teacher, day)
    if load is None:
        raise Refused(f"{teacher.name}没有{course.subject.name}任教资格，不能主讲。")
    if load.delivered + periods > profile.max_delivered_periods:
        raise Refused(
            f"{teacher.name}每周已主讲 {load.delivered} 节联合课，"
            f"最多 {profile.max_delivered_periods} 节。"
        )
    added = periods if host_class is None else 0
    if load.teaching + added > profile.max_teaching_periods:
        raise Refused(
            f"{teacher.name}每周已有 {load.teaching} 节课，最多 {profile.max_teaching_periods} 节。"
        )


@transaction.atomic
def staff_listener(
    listener: Listener,
    *,
    assistant: Person | None,
    room: Room | None,
    by: Actor | None,
    at: datetime,
) -> None:
    """The listening side: who is in the room with the class, and which room.

    Raises:
        Refused: the course is published or withdrawn, the assistant is not of this school, the
            room cannot listen, or another class has the room under another teacher.
    """
    course = _locked(listener.course)
    school, day = listener.school_class.school, planning_day(course.term, timezone.localdate(at))
    if assistant is not None and not queries.assists(school, assistant, day):
        raise Refused(f"{assistant.name}不是{school.name}的教师。")
    if room is not None and room not in queries.rooms_for(school, deliver=False, day=day):
        raise Refused(f"{room.name}不能作听讲教室。")
    for other in course.listeners.exclude(pk=listener.pk).select_related("school_class"):
        same_room = room is not None and other.room_id == room.pk
        same_person = assistant is not None and other.assistant_id == assistant.pk
        both_named = None not in (room, assistant, other.room_id, other.assistant_id)
        if both_named and same_room != same_person:
            name = other.school_class.name
            raise Refused(f"与{name}合班听讲时，听讲教师和教室要相同；分开听讲时都不能相同。")
    Listener.objects.filter(pk=listener.pk).update(assistant=assistant, room=room)
    listener.assistant, listener.room = assistant, room
    _settle(course)
    detail = {"assistant": assistant.pk if assistant else None, "room": room.pk if room else None}
    record("timetable.listener.staffed", listener, actor=by, at=at, detail=detail)


@transaction.atomic
def drop_listener(listener: Listener, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Take a class out of an unpublished course; its demand is open again.

    Raises:
        Refused: no reason is given, the course is published, or it is the last listening class.
    """
    if not reason.strip():
        raise Refused("请写明退出的原因。")
    course = _locked(listener.course)
    if course.listeners.count() == 1:
        raise Refused("这是最后一个听讲班，请改为撤销整门课程。")
    demand_services.reopen(
        course, reason=reason.strip(), classes=[listener.school_class_id], by=by, at=at
    )
    record("timetable.listener.dropped", listener, actor=by, at=at, detail={"reason": reason[:200]})
    listener.delete()
    _settle(course)


def _locked(course: Course) -> Course:
    """The course, held against other writers, while it may still be staffed."""
    course = (
        Course.objects.select_for_update(of=("self",))
        .select_related("term", "subject", "grade", "host_school")
        .get(pk=course.pk)
    )
    if course.state not in OPEN:
        raise Refused("课程已经开课或撤销，不能再改师资。")
    return course


def _settle(course: Course) -> None:
    """READY exactly when all sides are complete and the rooms can be connected."""
    fresh = queries.course_rows(Course.objects.filter(pk=course.pk)).get()
    waits = queries.missing(fresh)
    rooms = {each.room_id for each in fresh.listeners.all()} | {fresh.host_room_id}
    most = current(TimetableProfile).max_rooms
    if not waits and len(rooms) > most:
        raise Refused(f"一节课最多连接 {most} 间教室，现在有 {len(rooms)} 间。")
    state = Course.State.DRAFT if waits else Course.State.READY
    Course.objects.filter(pk=course.pk, state__in=OPEN).update(state=state)
