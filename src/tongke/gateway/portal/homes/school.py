"""The home of a head or timetabler: gaps, demands, courses that wait, and the lessons of today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.gateway.portal.homes import lessons, words
from tongke.gateway.portal.homes.calendar import Today, today_of
from tongke.gateway.portal.homes.lessons import LessonCard
from tongke.gateway.portal.homes.tasks import Task
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Course, Demand, Lesson
from tongke.teaching.timetable.queries.courses import course_rows, missing
from tongke.teaching.timetable.queries.gaps import Gap, Rates, check_completeness, rates
from tongke.teaching.timetable.services.lessons import MISSED

_LATELY = timedelta(days=30)
_TITLES = {Role.HEAD: "校长", Role.TIMETABLER: "老师"}


@dataclass(frozen=True)
class GapLine:
    """One subject one class lacks, and what is being done about it."""

    school_class: str
    subject: str
    words: str
    state: str
    tint: str
    href: str


@dataclass(frozen=True)
class Demands:
    """One's own demands by state, and those of others that one's school could take."""

    open: int
    taken: int
    filled: int
    takeable: int


@dataclass(frozen=True)
class SchoolHome:
    """Everything on the page of a school's management."""

    greeting: str
    line: str
    school: str
    rates: Rates | None
    gaps: tuple[GapLine, ...]
    more_gaps: int
    demands: Demands
    waiting: tuple[Task, ...]
    lessons: tuple[LessonCard, ...]
    unresolved: tuple[LessonCard, ...]
    unresolved_count: int
    day_table: str


def build(actor: Actor, now: datetime) -> SchoolHome:
    """The home of an acting head or timetabler."""
    today = today_of(actor.organisation, actor.today)
    seen = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    found, share = _gaps(actor, today)
    open_questions = unresolved(seen, now)
    return SchoolHome(
        greeting=f"{words.surname(actor.person.name)}{_TITLES[actor.role]}，{words.hello(now)}",
        line=today.line,
        school=actor.organisation.short_name,
        rates=share,
        gaps=tuple(_line(each) for each in found[:6]),
        more_gaps=max(0, len(found) - 6),
        demands=_demands(actor),
        waiting=waiting_for(actor),
        lessons=tuple(
            lessons.cards(
                seen.filter(day=actor.today).order_by("starts_at", "pk"), now, actor.today
            )
        ),
        unresolved=tuple(lessons.cards(open_questions[:5], now, actor.today)),
        unresolved_count=open_questions.count(),
        day_table=reverse("timetable:school-day", args=[actor.organisation.pk]),
    )


def unresolved(rows: QuerySet[Lesson], now: datetime) -> QuerySet[Lesson]:
    """Lessons of the last month of which nobody has said whether, or why not, they were held."""
    silent = Q(state=Lesson.State.PLANNED, ends_at__lt=now)
    unexplained = Q(state=Lesson.State.NOT_HELD, reason=MISSED)
    return rows.filter(silent | unexplained, starts_at__gte=now - _LATELY).order_by("-starts_at")


def _gaps(actor: Actor, today: Today) -> tuple[list[Gap], Rates | None]:
    if today.term is None:
        return [], None
    rows = timetable.classes(actor, timetable.Perm.GAP_READ).select_related("school")
    classes = list(rows.order_by("school__path", "grade_code", "number"))
    checks = check_completeness(today.term, classes, today.day)
    found = [gap for check in checks for gap in check.gaps]
    # What nobody has asked for yet comes first; then what waits, then what is taken.
    order = {"": 0, Demand.State.OPEN: 1, Demand.State.TAKEN: 2}
    found.sort(key=lambda gap: order.get(gap.demand.state if gap.demand else "", 3))
    return found, rates(checks) if checks else None


def _line(gap: Gap) -> GapLine:
    lacking = f"{gap.kind_label}，每周差 {gap.periods} 节"
    if gap.kind == Demand.Kind.UNQUALIFIED:
        lacking = "没有合格教师任教"
    state, tint = "还没提需求", "danger"
    if gap.demand is not None:
        state = str(gap.demand.get_state_display())
        tint = "warn" if gap.demand.state == Demand.State.OPEN else "info"
    elif not gap.deliverable:
        state, tint = "需本校解决", "muted"
    href = reverse("timetable:gap-school", args=[gap.school_class.school_id])
    where = f"{gap.school_class.school.short_name} {gap.school_class.name}"
    return GapLine(where, gap.subject.name, lacking, state, tint, href)


def _demands(actor: Actor) -> Demands:
    own = timetable.demands(actor, timetable.Perm.DEMAND_READ)
    counts = dict(own.order_by().values_list("state").annotate(Count("pk")))
    takeable = timetable.demands(actor, timetable.Perm.DEMAND_TAKE).count()
    return Demands(
        counts.get(Demand.State.OPEN, 0), counts.get(Demand.State.TAKEN, 0),
        counts.get(Demand.State.FILLED, 0), takeable,
    )  # fmt: skip


def waiting_for(actor: Actor) -> tuple[Task, ...]:
    """Courses in which this very school must still name people or rooms."""
    rows = timetable.courses(actor, timetable.Perm.COURSE_READ).filter(state=Course.State.DRAFT)
    found = []
    for course in course_rows(rows.order_by("created_at", "pk")):
        mine = [each.what for each in missing(course) if each.school == actor.organisation]
        if mine:
            host = course.host_school.short_name
            found.append(
                Task(
                    f"{course}：还没有指定{'；'.join(mine)}", f"{host}主讲 · {course.term.name}",
                    reverse("timetable:course-detail", args=[course.pk]), "user-plus",
                    "等我校", "warn",
                )
            )  # fmt: skip
    ready = timetable.courses(actor, timetable.Perm.COURSE_PLAN).filter(state=Course.State.READY)
    count = ready.count()
    if count:
        found.append(
            Task(
                f"{count} 门联合课程人员齐了，可以排课", "确认时段后就会出现在各校课表上",
                reverse("timetable:plan-list"), "calendar-plus", "可以排课", "info",
            )
        )  # fmt: skip
    return tuple(found)
