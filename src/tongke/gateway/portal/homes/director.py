"""A director's home: three indicators with target and trend, consortia, what needs a decision."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from tongke.core.profile import current
from tongke.engines.communities import policy as communities
from tongke.engines.communities import queries as consortia
from tongke.foundation.people.actors import Actor
from tongke.gateway.portal.homes import words
from tongke.gateway.portal.homes.calendar import Today, today_of
from tongke.gateway.portal.homes.officer import Counts, counts_of
from tongke.gateway.portal.homes.school import unresolved
from tongke.gateway.portal.homes.tasks import Task
from tongke.governance.monitor import policy as monitor
from tongke.governance.monitor import queries as figures
from tongke.governance.monitor.profile import MonitorProfile
from tongke.teaching.timetable import policy as timetable
from tongke.teaching.timetable.models import Demand, Lesson
from tongke.teaching.timetable.profile import TimetableProfile


@dataclass(frozen=True)
class Indicator:
    """One figure with its target, in percent, and how it moved since the week before."""

    code: str
    name: str
    share: float | None
    percent: float
    target: float | None
    state: str
    word: str
    moved: str
    note: str
    href: str
    rows: str


@dataclass(frozen=True)
class Consortium:
    """One consortium this term: lessons that were due, and those held."""

    name: str
    centre: str
    listening: int
    due: int
    held: int
    tint: str
    href: str

    @property
    def share(self) -> float | None:
        """Held over due, in [0, 1]."""
        return self.held / self.due if self.due else None


@dataclass(frozen=True)
class DirectorHome:
    """Everything on a director's page."""

    greeting: str
    line: str
    as_of: datetime | None
    indicators: tuple[Indicator, ...]
    chart: dict[str, Any] | None
    weeks: tuple[tuple[str, tuple[float | None, ...]], ...]
    names: tuple[str, ...]
    consortia: tuple[Consortium, ...]
    counts: Counts
    decisions: tuple[Task, ...]


def build(actor: Actor, now: datetime) -> DirectorHome:
    """The home of an acting director."""
    today = today_of(actor.organisation, actor.today)
    seen = timetable.lessons(actor, timetable.Perm.LESSON_READ)
    top = monitor.organisation_or_404(actor, None, monitor.Perm.VALUE_READ)
    snapshot = figures.newest()
    term = next(iter(figures.terms(snapshot)), "")
    shown = figures.figures(snapshot, top, term, actor.today)
    trends = {each.indicator.code: dict(figures.trend(snapshot, each.indicator, top, term))
              for each in shown}  # fmt: skip
    listed = tuple(_indicator(each, trends[each.indicator.code], top.pk, term) for each in shown)
    moving = [each for each in listed if trends[each.code]]
    weeks = _weeks({each.code: trends[each.code] for each in moving})
    groups = _consortia(actor, seen, today)
    return DirectorHome(
        greeting=f"{actor.person.name}，{words.hello(now)}",
        line=today.line,
        as_of=snapshot.as_of if snapshot else None,
        indicators=listed,
        chart=_chart(moving, weeks),
        weeks=weeks,
        names=tuple(each.name for each in moving),
        consortia=groups,
        counts=counts_of(seen.filter(day=actor.today), now),
        decisions=_decisions(actor, seen, listed, groups, now),
    )


def _indicator(
    one: figures.Figure, trend: dict[int, float | None], top: int, term: str
) -> Indicator:
    code, share = one.indicator.code, one.share
    query = urlencode({"org": top, "term": term})
    known = [value for _, value in sorted(trend.items()) if value is not None]
    moved = ""
    if len(known) > 1:
        points = (known[-1] - known[-2]) * 100
        moved = "与上周持平" if abs(points) < 0.05 else f"比上周 {points:+.1f} 个百分点"
    return Indicator(
        code=code, name=one.indicator.name, share=share,
        percent=round(100 * share, 1) if share is not None else 0, target=one.target,
        state=one.state, word=_word(one),
        moved=moved, note=f"{one.numerator:.0f} / {one.denominator:.0f}",
        href=f"{reverse('monitor:indicator-detail', args=[code])}?{query}",
        rows=f"{reverse('monitor:indicator-rows', args=[code])}?{query}",
    )  # fmt: skip


def _word(one: figures.Figure) -> str:
    """The state in words; a figure without a target is neither good nor bad."""
    if one.share is not None and one.target is None:
        return "没有设目标"
    return one.state_words


def _weeks(
    trends: dict[str, dict[int, float | None]],
) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """The table behind the chart: each week with one share for each indicator."""
    order = sorted({week for line in trends.values() for week in line})
    return tuple(
        (f"第 {week} 周", tuple(line.get(week) for line in trends.values())) for week in order
    )


def _chart(
    moving: list[Indicator], weeks: tuple[tuple[str, tuple[float | None, ...]], ...]
) -> dict[str, Any] | None:
    if not any(share is not None for _, row in weeks for share in row):
        return None
    return {
        "kind": "line", "unit": "%", "max": 100, "labels": [label for label, _ in weeks],
        "series": [
            {"name": each.name,
             "values": [None if row[place] is None else round(100 * (row[place] or 0), 1)
                        for _, row in weeks]}
            for place, each in enumerate(moving)
        ],
    }  # fmt: skip


def _consortia(actor: Actor, seen: QuerySet[Lesson], today: Today) -> tuple[Consortium, ...]:
    """Every running consortium, those with the lowest share first; four queries."""
    rows = communities.communities(actor, communities.Perm.COMMUNITY_READ)
    running = consortia.search(rows, "", "", "running", actor.today)
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    # As the indicator counts: what was registered as held or not held.
    due = seen.filter(course__term=today.term, state__in=[Lesson.State.HELD, Lesson.State.NOT_HELD])
    for group, state, number in (
        due.order_by().values_list("course__community", "state").annotate(Count("pk"))
    ):
        counted[group][state] = number
    found = [_consortium(line, counted[line.community.pk]) for line in
             consortia.lines(running, actor.today)]  # fmt: skip
    found.sort(key=lambda each: (each.share is None, each.share or 0, each.name))
    return tuple(found)


def _consortium(line: consortia.Line, states: dict[str, int]) -> Consortium:
    due, held = sum(states.values()), states.get(Lesson.State.HELD, 0)
    return Consortium(
        line.community.name, line.centre.short_name if line.centre else "没有中心校",
        len(line.listening), due, held, _tint(due, held),
        reverse("communities:consortium-detail", args=[line.community.pk]),
    )  # fmt: skip


def _tint(due: int, held: int) -> str:
    """The colour of a share against the region's target, as the monitor colours its figures."""
    profile = current(MonitorProfile)
    if not due:
        return "muted"
    points = 100 * held / due - profile.held_target_percent
    if points >= 0:
        return "ok"
    return "warn" if points >= -profile.warn_margin_points else "danger"


def _decisions(
    actor: Actor,
    seen: QuerySet[Lesson],
    indicators: tuple[Indicator, ...],
    groups: tuple[Consortium, ...],
    now: datetime,
) -> tuple[Task, ...]:
    """What does not move by itself."""
    found = [
        Task(
            f"{each.name} {each.percent:g}%，目标 {each.target:g}%", "看哪些学校、哪些行拉低了它",
            each.href, "gauge", each.word, each.state,
        )
        for each in indicators
        if each.state == "danger" and each.target is not None
    ]  # fmt: skip
    days = current(TimetableProfile).demand_answer_days
    late = timetable.demands(actor, timetable.Perm.DEMAND_READ).filter(
        state=Demand.State.OPEN, opened_at__lt=now - timedelta(days=days)
    ).count()  # fmt: skip
    if late:
        href = f"{reverse('timetable:demand-list')}?state={Demand.State.OPEN}"
        text = f"{late} 个缺课需求超过 {days} 天无人承接"
        found.append(Task(text, "需要协调主讲学校和教师", href, "bell-ringing", "要协调", "danger"))
    silent = unresolved(seen, now).count()
    if silent:
        href = f"{reverse('timetable:lesson-list')}?state={Lesson.State.NOT_HELD}"
        text = f"{silent} 节课没有上，也没有说明原因"
        found.append(Task(text, "近 30 天，请学校登记", href, "calendar-off", "要说明", "warn"))
    idle = [each.name for each in groups if not each.due]
    if idle:
        href = reverse("communities:consortium-list")
        found.append(Task(f"{len(idle)} 个教学共同体本学期还没有上过课", "、".join(idle[:3]), href,
                          "affiliate", "要过问", "warn"))  # fmt: skip
    return tuple(found)
