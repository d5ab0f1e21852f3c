"""Who may see and change what in the timetable, and which remote pupils a teacher sees."""

from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tongke.engines.communities import queries as communities
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, Organisation, Person, SchoolClass
from tongke.foundation.people.policy import Perm as PeoplePerm
from tongke.foundation.people.policy import classes as people_classes
from tongke.foundation.people.policy import scope_root, wards, within
from tongke.foundation.people.roles import BUREAU_STAFF, FAMILY, SCHOOL_STAFF, STAFF, Role
from tongke.teaching.timetable.models import (
    Course,
    Demand,
    Lesson,
    LessonClass,
    Listener,
    Placement,
    PlanRun,
    Term,
)
from tongke.teaching.timetable.queries.calendar import on, terms_of

_MANAGERS = frozenset({Role.HEAD, Role.TIMETABLER})


class Perm(StrEnum):
    """Permissions on the timetable."""

    TERM_READ = "timetable:term:read"
    TERM_EDIT = "timetable:term:edit"
    BELLS_READ = "timetable:bells:read"
    BELLS_EDIT = "timetable:bells:edit"
    GRID_READ = "timetable:grid:read"
    GRID_EDIT = "timetable:grid:edit"
    GAP_READ = "timetable:gap:read"
    DEMAND_READ = "timetable:demand:read"
    DEMAND_OPEN = "timetable:demand:open"
    DEMAND_TAKE = "timetable:demand:take"
    COURSE_READ = "timetable:course:read"
    COURSE_STAFF = "timetable:course:staff"
    COURSE_PLAN = "timetable:course:plan"
    COURSE_WITHDRAW = "timetable:course:withdraw"
    LISTENER_STAFF = "timetable:listener:staff"
    LISTENER_DROP = "timetable:listener:drop"
    LESSON_READ = "timetable:lesson:read"
    LESSON_TEACH = "timetable:lesson:teach"
    LESSON_CORRECT = "timetable:lesson:correct"
    ROLLOUT_READ = "timetable:rollout:read"
    ROLLOUT_REPORT = "timetable:rollout:report"
    ROLLOUT_REMIND = "timetable:rollout:remind"
    ABSENCE_READ = "timetable:absence:read"
    ABSENCE_ENTER = "timetable:absence:enter"
    ABSENCE_DECIDE = "timetable:absence:decide"
    ABSENCE_ARRANGE = "timetable:absence:arrange"
    CHANGE_READ = "timetable:change:read"
    CHANGE_ANSWER = "timetable:change:answer"
    CHANGE_UNDO = "timetable:change:undo"
    SUSPENSION_READ = "timetable:suspension:read"
    SUSPENSION_DECLARE = "timetable:suspension:declare"


_ROLES: dict[Perm, frozenset[Role]] = {
    Perm.TERM_READ: STAFF,
    Perm.TERM_EDIT: frozenset({Role.OFFICER, Role.SYSADMIN}),
    Perm.BELLS_READ: STAFF,
    Perm.BELLS_EDIT: _MANAGERS,
    Perm.GRID_READ: STAFF | FAMILY,
    Perm.GRID_EDIT: _MANAGERS,
    Perm.GAP_READ: _MANAGERS | BUREAU_STAFF,
    Perm.DEMAND_READ: _MANAGERS | BUREAU_STAFF,
    Perm.DEMAND_OPEN: _MANAGERS | {Role.OFFICER},
    Perm.DEMAND_TAKE: _MANAGERS,
    Perm.COURSE_READ: STAFF,
    Perm.COURSE_PLAN: _MANAGERS | {Role.OFFICER},
    Perm.LESSON_READ: STAFF | FAMILY,
    Perm.ROLLOUT_READ: _MANAGERS | BUREAU_STAFF,
    Perm.ROLLOUT_REPORT: _MANAGERS,
    Perm.ROLLOUT_REMIND: frozenset({Role.OFFICER}),
    Perm.ABSENCE_READ: STAFF,
    Perm.ABSENCE_ENTER: SCHOOL_STAFF,
    Perm.ABSENCE_DECIDE: _MANAGERS,
    Perm.ABSENCE_ARRANGE: _MANAGERS,
    Perm.CHANGE_READ: STAFF,
    Perm.CHANGE_ANSWER: SCHOOL_STAFF,
    Perm.CHANGE_UNDO: _MANAGERS,
    Perm.SUSPENSION_READ: STAFF,
    Perm.SUSPENSION_DECLARE: _MANAGERS | {Role.OFFICER},
}


def may(actor: Actor, perm: Perm) -> bool:
    """Whether the role ever holds `perm`: for pages and buttons that belong to no row yet."""
    return actor.role in _ROLES[perm]


def require(actor: Actor, perm: Perm) -> None:
    """404 for roles that never hold `perm`: for pages that belong to no single row."""
    if not may(actor, perm):
        raise Http404


def terms(actor: Actor, perm: Perm) -> QuerySet[Term]:
    """Terms of the actor's region on which they hold `perm`."""
    if perm in {Perm.TERM_READ, Perm.TERM_EDIT} and may(actor, perm):
        return terms_of(actor.organisation)
    return Term.objects.none()


def schools(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Schools and teaching points whose bells, timetable and gaps the actor may see or change."""
    kinds = [Organisation.Kind.SCHOOL, Organisation.Kind.POINT]
    rows = Organisation.objects.filter(
        path__startswith=scope_root(actor).path, kind__in=kinds, closed_on=None
    )
    match perm:
        case Perm.BELLS_READ | Perm.GRID_READ | Perm.GAP_READ | Perm.ROLLOUT_READ if (
            actor.role in STAFF
        ):
            return rows if may(actor, perm) else rows.none()
        case (
            Perm.BELLS_EDIT
            | Perm.GRID_EDIT
            | Perm.DEMAND_OPEN
            | Perm.ROLLOUT_REPORT
            | Perm.ROLLOUT_REMIND
        ) if may(actor, perm):
            return rows
        case _:
            return rows.none()


def classes(actor: Actor, perm: Perm) -> QuerySet[SchoolClass]:
    """Classes whose timetable the actor may see, change, or ask delivered courses for."""
    match perm:
        case Perm.GRID_READ:
            rows = people_classes(actor, PeoplePerm.CLASS_READ)
            return rows | taught_classes(actor) if actor.role is Role.TEACHER else rows
        case Perm.GAP_READ | Perm.GRID_EDIT | Perm.DEMAND_OPEN if may(actor, perm):
            standing = SchoolClass.objects.filter(kind=SchoolClass.Kind.STANDING, closed_on=None)
            return standing.filter(within(actor, "school"))
        case _:
            return SchoolClass.objects.none()


def taught_classes(actor: Actor) -> QuerySet[SchoolClass]:
    """Classes that the actor teaches in any term: ordinary, delivering or assisting."""
    placed = Placement.objects.filter(teacher=actor.person)
    hosted = Listener.objects.filter(
        course__host_teacher=actor.person, course__state=Course.State.PUBLISHED
    )
    return SchoolClass.objects.filter(
        Q(pk__in=placed.values("school_class")) | Q(pk__in=hosted.values("school_class")),
        kind=SchoolClass.Kind.STANDING,
        closed_on=None,
    )


def demands(actor: Actor, perm: Perm) -> QuerySet[Demand]:
    """Demands on which the actor holds `perm`.

    A centre sees, and may take, every open demand of its county that is not its own; its
    consortium's come first in the list.
    """
    rows = Demand.objects.all()
    own = rows.filter(within(actor, "school_class__school"))
    match perm, actor.role:
        case Perm.DEMAND_READ, role if role in BUREAU_STAFF:
            return own
        case Perm.DEMAND_READ, role if role in _MANAGERS:
            return own | rows.filter(course__host_school=actor.organisation)
        case Perm.DEMAND_OPEN, role if role in _MANAGERS | {Role.OFFICER}:
            return own
        case Perm.DEMAND_TAKE, role if role in _MANAGERS:
            if not communities.led_by(actor.organisation, actor.today).exists():
                return rows.none()
            region = terms_of(actor.organisation)
            return rows.filter(state=Demand.State.OPEN, term__in=region).exclude(
                school_class__school=actor.organisation
            )
        case _:
            return rows.none()


def courses(actor: Actor, perm: Perm) -> QuerySet[Course]:
    """Joint courses on which the actor holds `perm`."""
    rows = Course.objects.all()
    listening = Listener.objects.filter(course=OuterRef("pk"))
    region = rows.filter(within(actor, "host_school"))
    hosted = rows.filter(host_school=actor.organisation)
    match perm, actor.role:
        case Perm.COURSE_READ, Role.RESEARCHER if actor.subject_code:
            return region.filter(subject=actor.subject_code)
        case Perm.COURSE_READ, role if role in BUREAU_STAFF:
            return region
        case Perm.COURSE_READ, role if role in _MANAGERS:
            here = listening.filter(within(actor, "school_class__school"))
            return rows.filter(Q(within(actor, "host_school")) | Exists(here))
        case Perm.COURSE_READ, Role.TEACHER:
            own = Q(assistant=actor.person) | Q(school_class__homeroom_teacher=actor.person)
            mine = listening.filter(own)
            return rows.filter(Q(host_teacher=actor.person) | Exists(mine))
        case Perm.COURSE_STAFF, role if role in _MANAGERS:
            return hosted
        case Perm.COURSE_PLAN | Perm.COURSE_WITHDRAW, role if role in _MANAGERS:
            return hosted
        case Perm.COURSE_PLAN | Perm.COURSE_WITHDRAW, Role.OFFICER:
            return region
        case _:
            return rows.none()


def listeners(actor: Actor, perm: Perm) -> QuerySet[Listener]:
    """Listening sides on which the actor holds `perm`.

    Each school names its own people and rooms: a centre never does it for a teaching point,
    even where the point hangs under it in the tree.
    """
    rows = Listener.objects.all()
    match perm, actor.role:
        case Perm.LISTENER_STAFF, role if role in _MANAGERS:
            return rows.filter(school_class__school=actor.organisation)
        case Perm.LISTENER_DROP, role if role in _MANAGERS:
            own = Q(school_class__school=actor.organisation)
            return rows.filter(own | Q(course__host_school=actor.organisation))
        case _:
            return rows.none()


def plan_runs(actor: Actor) -> QuerySet[PlanRun]:
    """Runs the actor may look at and decide: those of their school, or of an officer's region."""
    rows = PlanRun.objects.all()
    match actor.role:
        case role if role in _MANAGERS:
            return rows.filter(organisation=actor.organisation)
        case Role.OFFICER:
            return rows.filter(within(actor))
        case _:
            return rows.none()


def lessons(actor: Actor, perm: Perm) -> QuerySet[Lesson]:
    """Lessons on which the actor holds `perm`: one rule for lists, pages, rooms and exports."""
    rows = Lesson.objects.all()
    sides = LessonClass.objects.filter(lesson=OuterRef("pk"))
    region = rows.filter(within(actor, "course__host_school"))
    match perm, actor.role:
        case Perm.LESSON_READ, Role.PUPIL:
            return rows.filter(Exists(sides.filter(_attended(Q(pupil=actor.person)))))
        case Perm.LESSON_READ, Role.GUARDIAN:
            return rows.filter(Exists(sides.filter(_attended(Q(pupil__in=wards(actor))))))
        case Perm.LESSON_READ, Role.TEACHER:
            own = Q(assistant=actor.person) | Q(school_class__homeroom_teacher=actor.person)
            return rows.filter(Q(teacher=actor.person) | Exists(sides.filter(own)))
        case Perm.LESSON_READ, role if role in _MANAGERS:
            here = sides.filter(within(actor, "school_class__school"))
            return rows.filter(Q(within(actor, "course__host_school")) | Exists(here))
        case Perm.LESSON_READ, Role.RESEARCHER if actor.subject_code:
            return region.filter(course__subject=actor.subject_code)
        case Perm.LESSON_READ, role if role in BUREAU_STAFF:
            return region
        case Perm.LESSON_TEACH, role if role in SCHOOL_STAFF:
            return rows.filter(teacher=actor.person)
        case Perm.LESSON_CORRECT, Role.HEAD:
            return rows.filter(course__host_school=actor.organisation)
        case Perm.LESSON_CORRECT, Role.OFFICER:
            return region
        case _:
            return rows.none()


def _attended(pupil: Q) -> Q:
    """The condition "a pupil of this kind was on the roll of the class on the lesson's day"."""
    roll = Enrolment.objects.filter(
        pupil,
        Q(until=None) | Q(until__gte=OuterRef("lesson__day")),
        school_class=OuterRef("school_class"), since__lte=OuterRef("lesson__day"),
    )  # fmt: skip
    return Q(Exists(roll))


def course_pupils(actor: Actor, course: Course, day: date) -> QuerySet[Person]:
    """The pupils of a delivered course whom the actor may know on a day (design §5).

    The delivering teacher sees the pupils of every class of the course, remote ones included,
    for this course only and from its first to its last lesson only. An assistant sees the class
    they assist. Whoever stands in for one of them sees the same, on the day of that lesson only.
    Schools see their own pupils, the bureau those of the region.
    """
    sides = Q(school_class__in=Listener.objects.filter(course=course).values("school_class"))
    if course.host_class_id is not None:
        sides |= Q(school_class=course.host_class_id)
    roll = Enrolment.objects.filter(on(day), sides)
    return Person.objects.filter(pk__in=roll.filter(_known(actor, course, day)).values("pupil"))


def _known(actor: Actor, course: Course, day: date) -> Q:
    nobody = Q(pk__in=())
    match actor.role:
        case role if role in {Role.OFFICER, Role.SYSADMIN}:
            return Q(within(actor, "school_class__school"))
        case role if role in _MANAGERS:
            return Q(within(actor, "school_class__school"))
        case Role.RESEARCHER if actor.subject_code in {"", course.subject_id}:
            return Q(within(actor, "school_class__school"))
        case Role.TEACHER:
            if not runs_on(course, day):
                return nobody
            if course.host_teacher_id == actor.person.pk:
                return Q()
            helped = Listener.objects.filter(course=course, assistant=actor.person)
            given = Lesson.objects.filter(course=course, day=day)
            given = given.exclude(state=Lesson.State.CANCELLED)
            heard = LessonClass.objects.filter(lesson__in=given, assistant=actor.person)
            return (
                Q(Exists(given.filter(teacher=actor.person)))
                | Q(school_class__in=helped.values("school_class"))
                | Q(school_class__in=heard.values("school_class"))
            )
        case _:
            return nobody


def runs_on(course: Course, day: date) -> bool:
    """Whether a day lies between the first and the last lesson of a published course."""
    if course.state not in {Course.State.PUBLISHED, Course.State.ENDED}:
        return False
    days = Lesson.objects.filter(course=course).exclude(state=Lesson.State.CANCELLED)
    first, last = days.order_by("day").first(), days.order_by("-day").first()
    return first is not None and last is not None and first.day <= day <= last.day


def remote_pupils(actor: Actor) -> QuerySet[Person]:
    """Pupils of other schools whom the actor teaches in some delivered course today."""
    hosted = Course.objects.filter(host_teacher=actor.person, state=Course.State.PUBLISHED)
    running = [each for each in hosted if runs_on(each, actor.today)]
    listened = Listener.objects.filter(course__in=running)
    roll = Enrolment.objects.filter(
        on(actor.today), school_class__in=listened.values("school_class")
    )
    if actor.role is not Role.TEACHER:
        return Person.objects.none()
    return Person.objects.filter(pk__in=roll.values("pupil"))


def course_or_404(actor: Actor, pk: int, perm: Perm) -> Course:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(courses(actor, perm), pk=pk)


def lesson_or_404(actor: Actor, pk: int, perm: Perm) -> Lesson:
    """404 both when it does not exist and when it is not theirs."""
    rows = lessons(actor, perm).select_related(
        "course__subject", "course__grade", "course__textbook", "course__host_school",
        "course__community", "course__term", "teacher", "room", "unit", "slot",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def listener_or_404(actor: Actor, pk: int, perm: Perm) -> Listener:
    """404 both when it does not exist and when it is not theirs."""
    rows = listeners(actor, perm).select_related(
        "school_class__school", "assistant", "room", "course__term", "course__subject",
        "course__grade", "course__host_school",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def demand_or_404(actor: Actor, pk: int, perm: Perm) -> Demand:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(demands(actor, perm), pk=pk)


def class_or_404(actor: Actor, pk: int, perm: Perm) -> SchoolClass:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(classes(actor, perm).select_related("school"), pk=pk)


def school_or_404(actor: Actor, pk: int, perm: Perm) -> Organisation:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(schools(actor, perm), pk=pk)


def plan_run_or_404(actor: Actor, pk: int) -> PlanRun:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(plan_runs(actor).select_related("term"), pk=pk)
