"""Joint courses: lists, who may deliver or assist, in which rooms, and how much they teach."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from tongke.core.profile import current, registered
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject, Textbook
from tongke.foundation.people.models import Appointment, Organisation, Person, SchoolClass
from tongke.foundation.people.roles import SCHOOL_STAFF, Role
from tongke.teaching.timetable.models import Course, CourseSlot, Listener, Placement, Term
from tongke.teaching.timetable.queries.calendar import on
from tongke.teaching.timetable.queries.gaps import may_teach, qualified_teachers

ALIVE = (Course.State.DRAFT, Course.State.READY, Course.State.PUBLISHED)


def lesson_forms() -> list[tuple[str, str]]:
    """The region's forms of a joint lesson, code and name.

    They are settings of the classroom, a package above this one, so they are read from the
    running profile by table and not by class.
    """
    table = registered().get("classroom")
    forms: Any = getattr(current(table.cls), "forms", ()) if table else ()
    return [(each.code, each.name) for each in forms] or [("delivered", "专递课")]


def form_name(code: str) -> str:
    """The name of a lesson form; the code when the region has none such."""
    return dict(lesson_forms()).get(code, code)


def course_rows(rows: QuerySet[Course]) -> QuerySet[Course]:
    """Courses with all that lists and pages show: host, listeners, slots; four queries."""
    listeners = Listener.objects.select_related(
        "school_class__school", "assistant", "room"
    ).order_by("school_class__school__path", "school_class__number", "pk")
    slots = CourseSlot.objects.order_by("weekday", "starts")
    return rows.select_related(
        "term", "community", "subject", "grade", "textbook", "host_school", "host_class",
        "host_teacher", "host_room",
    ).prefetch_related(
        Prefetch("listeners", queryset=listeners), Prefetch("slots", queryset=slots)
    )  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """What a course still waits for, by the school that must say it."""

    school: Organisation
    what: str


def missing(course: Course) -> list[Missing]:
    """What keeps a course from being planned; empty when all sides are complete."""
    waits: list[Missing] = []
    host = [
        name
        for name, value in (("主讲教师", course.host_teacher_id), ("主讲教室", course.host_room_id))
        if value is None
    ]
    if host:
        waits.append(Missing(course.host_school, "、".join(host)))
    for each in course.listeners.all():
        sides = (("听讲教师", each.assistant_id), ("听讲教室", each.room_id))
        lacks = [name for name, value in sides if value is None]
        if lacks:
            what = f"{each.school_class.name}的{'和'.join(lacks)}"
            waits.append(Missing(each.school_class.school, what))
    return waits


@dataclass(frozen=True)
class Load:
    """Weekly periods of a teacher in a term: all lessons, and delivered joint ones among them."""

    teaching: int = 0
    delivered: int = 0


def loads(
    term: Term, teachers: Collection[int], *, leave_out: Course | None = None
) -> dict[int, Load]:
    """The weekly load of each teacher; courses not yet published count as they will.

    Args:
        leave_out: a course to think away, when its own staffing is being changed.
    """
    placed = Placement.objects.filter(term=term, teacher__in=teachers)
    courses = Course.objects.filter(term=term, state__in=ALIVE, host_teacher__in=teachers)
    helped = Listener.objects.filter(
        course__term=term, course__state__in=ALIVE[:2], assistant__in=teachers
    )
    if leave_out is not None:
        placed = placed.exclude(slot__course=leave_out)
        courses = courses.exclude(pk=leave_out.pk)
        helped = helped.exclude(course=leave_out)
    teaching = Counter(dict(placed.values_list("teacher").annotate(Count("pk"))))
    delivered = Counter(dict(courses.values_list("host_teacher").annotate(Sum("periods_per_week"))))
    # A delivered lesson in the host's own class takes the place of an ordinary one; others add.
    extra = courses.filter(host_class=None)
    teaching += Counter(dict(extra.values_list("host_teacher").annotate(Sum("periods_per_week"))))
    teaching += Counter(
        dict(helped.values_list("assistant").annotate(Sum("course__periods_per_week")))
    )
    return {pk: Load(teaching[pk], delivered[pk]) for pk in teachers}


@dataclass(frozen=True)
class Candidate:
    """A teacher who may be named, with the load beside the name."""

    person: Person
    load: Load

    @property
    def label(self) -> str:
        """As the choice reads: 林知遥（每周 12 节，主讲 2 节）."""
        told = f"每周 {self.load.teaching} 节"
        if self.load.delivered:
            told += f"，主讲 {self.load.delivered} 节"
        return f"{self.person.name}（{told}）"


def _staff(school: Organisation, roles: Collection[Role], day: date) -> QuerySet[Person]:
    held = Appointment.objects.filter(on(day), organisation=school, role__in=roles)
    return Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk")


def assists(school: Organisation, person: Person, day: date) -> bool:
    """Whether somebody is among the `assistant_candidates` of a listening school."""
    return _staff(school, SCHOOL_STAFF, day).filter(pk=person.pk).exists()


def host_load(course: Course, person: Person, day: date) -> Load | None:
    """The load of one of the `host_candidates`; None for anybody else."""
    if not _staff(course.host_school, [Role.TEACHER], day).filter(pk=person.pk).exists():
        return None
    known = qualified_teachers({course.subject_id}, day)
    if not may_teach(known, person.pk, course.subject_id, course.grade.stage_code):
        return None
    return loads(course.term, [person.pk], leave_out=course)[person.pk]


def host_candidates(course: Course, day: date) -> list[Candidate]:
    """Teachers of the delivering school who are qualified for the subject, least loaded first."""
    staff = list(_staff(course.host_school, [Role.TEACHER], day))
    known = qualified_teachers({course.subject_id}, day)
    stage = course.grade.stage_code
    able = [each for each in staff if may_teach(known, each.pk, course.subject_id, stage)]
    return _by_load(course, able)


def assistant_candidates(course: Course, school: Organisation, day: date) -> list[Candidate]:
    """Everybody of a listening school who may stand in the room, least loaded first.

    At a teaching point the head teaches too.
    """
    return _by_load(course, list(_staff(school, SCHOOL_STAFF, day)))


def _by_load(course: Course, people: list[Person]) -> list[Candidate]:
    found = loads(course.term, [each.pk for each in people], leave_out=course)
    made = [Candidate(each, found[each.pk]) for each in people]
    return sorted(made, key=lambda each: (each.load.teaching, each.person.name, each.person.pk))


def rooms_for(school: Organisation, *, deliver: bool, day: date) -> QuerySet[Room]:
    """The school's rooms in use that can deliver, or listen."""
    rows = Room.objects.filter(school=school).exclude(retired_on__lte=day)
    rows = rows.filter(can_deliver=True) if deliver else rows.filter(can_listen=True)
    return rows.order_by("-line_mbps", "name")


def host_classes(course: Course) -> QuerySet[SchoolClass]:
    """Classes of the delivering school that may be taught along: those of the grade."""
    return SchoolClass.objects.filter(
        school=course.host_school,
        grade_code=course.grade_id,
        kind=SchoolClass.Kind.STANDING,
        closed_on=None,
    ).order_by("number")


def textbooks_for(course: Course) -> QuerySet[Textbook]:
    """The volumes of the course's subject and grade."""
    rows = Textbook.objects.filter(subject=course.subject_id, grade=course.grade_id)
    return rows.select_related("subject", "grade")


def search(
    rows: QuerySet[Course], *, text: str = "", state: str = "", subject: str = "", form: str = ""
) -> QuerySet[Course]:
    """The courses that match, newest first, with all that a list shows."""
    if text:
        heard = Listener.objects.filter(school_class__school__name__contains=text)
        rows = rows.filter(
            Q(subject__name__contains=text)
            | Q(host_teacher__name__contains=text)
            | Q(host_school__name__contains=text)
            | Q(pk__in=heard.values("course"))
        )
    if state in Course.State.values:
        rows = rows.filter(state=state)
    if subject:
        rows = rows.filter(subject=subject)
    if form:
        rows = rows.filter(form=form)
    return course_rows(rows).order_by("-created_at", "-pk")


def subjects_taught(rows: QuerySet[Course]) -> list[tuple[str, str]]:
    """The subjects of some courses, as filter options."""
    found = Subject.objects.filter(pk__in=rows.order_by().values("subject"))
    return list(found.values_list("code", "name"))


def state_counts(rows: QuerySet[Course]) -> dict[str, int]:
    """How many courses are in each state; every state is present."""
    counted = Counter(dict(rows.order_by().values_list("state").annotate(Count("pk"))))
    return {state: counted[state] for state in Course.State.values}


def person(pk: int | None) -> Person | None:
    """A person by id, for forms that offer ids; None for none."""
    return Person.objects.filter(pk=pk).first() if pk else None
