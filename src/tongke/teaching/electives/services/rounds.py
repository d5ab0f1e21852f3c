"""Rounds of choice: set up, opened to families, closed by the clock, drawn, told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.teaching.electives.models import Offer, Round, Section
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries.rounds import eligible, without_list
from tongke.teaching.electives.services import notices
from tongke.teaching.timetable.models import Term

State = Round.State
_BUSY = (State.DRAFT, State.OPEN, State.DRAWN)


@dataclass(frozen=True, kw_only=True)
class RoundPlan:
    """Who chooses, when, how many, and the lots."""

    title: str
    scheme: str
    grades: Sequence[Grade]
    schools: Sequence[Organisation]
    opens_at: datetime
    closes_at: datetime
    starts_on: date
    ends_on: date
    least: int
    most: int
    public_source: str


@transaction.atomic
def create_round(
    term: Term, organisation: Organisation, plan: RoundPlan, *, by: Actor | None, at: datetime
) -> Round:
    """Prepare a round; families do not see it yet.

    Raises:
        Refused: dates are out of order or out of the term, or nobody could choose.
    """
    _check(term, plan)
    made = Round.objects.create(
        term=term, organisation=organisation, created_at=at, **_fields(plan)
    )
    made.grades.set(plan.grades)
    made.schools.set(plan.schools)
    record("electives.round.created", made, actor=by, at=at)
    return made


@transaction.atomic
def edit_round(round_: Round, plan: RoundPlan, *, by: Actor | None, at: datetime) -> None:
    """Change a round while it is being prepared.

    Raises:
        Refused: it is open already, or see `create_round`.
    """
    _check(round_.term, plan)
    if not Round.objects.filter(pk=round_.pk, state=State.DRAFT).update(**_fields(plan)):
        raise Refused("选课已经开始，不能再改。")
    round_.grades.set(plan.grades)
    round_.schools.set(plan.schools)
    round_.refresh_from_db()
    record("electives.round.edited", round_, actor=by, at=at)


def _fields(plan: RoundPlan) -> dict[str, Any]:
    return {
        "title": plan.title.strip(), "scheme": plan.scheme, "opens_at": plan.opens_at,
        "closes_at": plan.closes_at, "starts_on": plan.starts_on, "ends_on": plan.ends_on,
        "least": plan.least, "most": plan.most, "public_source": plan.public_source.strip(),
    }  # fmt: skip


def _check(term: Term, plan: RoundPlan) -> None:
    schemes = {one.code for one in current(ElectivesProfile).schemes}
    if plan.scheme and plan.scheme not in schemes:
        raise Refused("没有这个选科方案。")
    if not plan.grades or not plan.schools:
        raise Refused("请选择参加的年级和学校。")
    if plan.closes_at <= plan.opens_at:
        raise Refused("截止时间要晚于开始时间。")
    if timezone.localdate(plan.closes_at) > plan.starts_on:
        raise Refused("开课日期要在截止之后。")
    if not term.starts_on <= plan.starts_on <= plan.ends_on <= term.ends_on:
        raise Refused(f"上课日期要在{term.name}之内，并且先后不颠倒。")
    if not plan.most >= 1 or plan.least > plan.most:
        raise Refused("至少录取的门数不能多于最多录取的门数。")
    if not plan.public_source.strip():
        raise Refused("请写明摇号用哪一个公开数，截止后才会出现的数才公平。")


@transaction.atomic
def set_menu(
    round_: Round, sections: Collection[Section], *, by: Actor | None, at: datetime
) -> None:
    """Say which sections a round offers.

    Raises:
        Refused: the round is open already, or a section is not published, of another term, or on
            the menu of another round that is not over.
    """
    if not Round.objects.filter(pk=round_.pk, state=State.DRAFT).exists():
        raise Refused("选课已经开始，不能再改课程。")
    for section in sections:
        offer = section.offer
        if offer.state != Offer.State.PUBLISHED or offer.term_id != round_.term_id:
            raise Refused(f"“{offer.title}”还没有发布，或不是本学期的课。")
        other = section.rounds.filter(state__in=_BUSY).exclude(pk=round_.pk).first()
        if other is not None:
            raise Refused(f"“{section}”已经在“{other.title}”里。")
    round_.sections.set(sections)
    record("electives.round.menu", round_, actor=by, at=at, detail={"sections": len(sections)})


@transaction.atomic
def open_round(round_: Round, *, by: Actor | None, at: datetime) -> None:
    """Publish a round; families are told, and choose between its two times.

    Raises:
        Refused: it has no courses, is open already, or its closing time is over.
    """
    if not round_.by_subjects and not round_.sections.exists():
        raise Refused("请先选择这一轮开放的课程。")
    if round_.closes_at <= at:
        raise Refused("截止时间已经过了，请先改时间。")
    if not Round.objects.filter(pk=round_.pk, state=State.DRAFT).update(state=State.OPEN):
        raise Refused("选课已经开始。")
    round_.refresh_from_db()
    record("electives.round.opened", round_, actor=by, at=at)
    opens, closes = timezone.localtime(round_.opens_at), timezone.localtime(round_.closes_at)
    notices.to_families(
        eligible(round_, timezone.localdate(at)), notices.ROUND, f"可以选课了：{round_.title}",
        body=f"{opens:%-m月%-d日 %H:%M} 至 {closes:%-m月%-d日 %H:%M}，先后提交不影响录取。",
        key=f"round:{round_.pk}:open", day=timezone.localdate(at),
        url=reverse("electives:menu", args=[round_.pk]),
    )  # fmt: skip


@transaction.atomic
def cancel_round(round_: Round, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Give a round up before its result is told.

    Raises:
        Refused: no reason is given, or the result is told already.
    """
    if not reason.strip():
        raise Refused("请写明取消的原因。")
    was_open = round_.state != State.DRAFT
    if not Round.objects.filter(pk=round_.pk, state__in=_BUSY).update(state=State.CANCELLED):
        raise Refused("结果已经公布，不能再取消。")
    round_.refresh_from_db()
    round_.seats.all().delete()
    record("electives.round.cancelled", round_, actor=by, at=at, detail={"reason": reason[:200]})
    if was_open:
        notices.to_families(
            eligible(round_, timezone.localdate(at)), notices.ROUND,
            f"选课已取消：{round_.title}", body=f"原因：{reason.strip()[:200]}",
            key=f"round:{round_.pk}:cancelled", day=timezone.localdate(at),
            url=reverse("electives:mine"),
        )  # fmt: skip


@task("electives.warn_closing", every_minutes=15)
def warn_closing() -> None:
    """Remind those without a list some hours before a round closes. Safe to run twice."""
    warn(timezone.now())


@transaction.atomic
def warn(at: datetime) -> int:
    """Remind those without a list of rounds that close soon; returns how many rounds."""
    soon = at + timedelta(hours=current(ElectivesProfile).warn_hours)
    due = Round.objects.filter(
        state=State.OPEN, warned_at=None, opens_at__lte=at, closes_at__gt=at, closes_at__lte=soon
    )
    count = 0
    for round_ in due:
        if not Round.objects.filter(pk=round_.pk, warned_at=None).update(warned_at=at):
            continue
        count += 1
        closes = timezone.localtime(round_.closes_at)
        notices.to_families(
            without_list(round_, timezone.localdate(at)), notices.ROUND,
            f"选课快截止了：{round_.title}",
            body=f"{closes:%-m月%-d日 %H:%M} 截止，还没有填志愿。",
            key=f"round:{round_.pk}:soon", day=timezone.localdate(at),
            url=reverse("electives:menu", args=[round_.pk]),
        )  # fmt: skip
    return count
