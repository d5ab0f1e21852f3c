"""Offers: written by a teacher, checked by the head, then on the region's menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.electives.models import Offer, Round, Section, SectionTime
from tongke.teaching.electives.services import notices
from tongke.teaching.timetable.models import Term

State = Offer.State
_WRITABLE = (State.DRAFT, State.RETURNED)


@dataclass(frozen=True, kw_only=True)
class OfferText:
    """What an offer says."""

    title: str
    kind: str
    form: str
    reach: str
    subject: Subject
    grades: Sequence[Grade]
    summary: str
    prerequisites: str = ""


@dataclass(frozen=True, kw_only=True)
class SectionPlan:
    """What a section needs: who, where, how many, when (weekday, start, end)."""

    teacher: Person
    room: Room | None
    seats: int
    reserved: int
    times: Sequence[tuple[int, time, time]]


@transaction.atomic
def draft_offer(
    term: Term, school: Organisation, teacher: Person, text: OfferText, *, by: Actor | None,
    at: datetime,
) -> Offer:  # fmt: skip
    """Write an offer that nobody sees yet.

    Raises:
        Refused: the school has a course of this name in the term, or no grade is named.
    """
    _check(text, term, school, None)
    offer = Offer.objects.create(
        term=term, school=school, teacher=teacher, title=text.title.strip(), kind=text.kind,
        form=text.form, reach=text.reach, subject=text.subject, summary=text.summary.strip(),
        prerequisites=text.prerequisites.strip(), created_at=at,
    )  # fmt: skip
    offer.grades.set(text.grades)
    record("electives.offer.drafted", offer, actor=by, at=at)
    return offer


@transaction.atomic
def edit_offer(offer: Offer, text: OfferText, *, by: Actor | None, at: datetime) -> None:
    """Change what an offer says while it is not submitted.

    Raises:
        Refused: it is submitted or published, the name is taken, or no grade is named.
    """
    _check(text, offer.term, offer.school, offer)
    _won(
        Offer.objects.filter(pk=offer.pk, state__in=_WRITABLE).update(
            title=text.title.strip(), kind=text.kind, form=text.form, reach=text.reach,
            subject=text.subject, summary=text.summary.strip(),
            prerequisites=text.prerequisites.strip(),
        ),
        "课程已经提交或发布，不能再改。",
    )  # fmt: skip
    offer.grades.set(text.grades)
    offer.refresh_from_db()
    record("electives.offer.edited", offer, actor=by, at=at)


def _check(text: OfferText, term: Term, school: Organisation, offer: Offer | None) -> None:
    if not text.grades:
        raise Refused("请至少选择一个年级。")
    same = Offer.objects.filter(term=term, school=school, title=text.title.strip())
    if (same.exclude(pk=offer.pk) if offer else same).exists():
        raise Refused(f"本校本学期已有“{text.title.strip()}”。")


@transaction.atomic
def add_section(offer: Offer, plan: SectionPlan, *, by: Actor | None, at: datetime) -> Section:
    """Add a section with its weekly times.

    Raises:
        Refused: the offer is not writable, or seats and times make no sense.
    """
    _writable(offer)
    _check_plan(offer, plan)
    last: int | None = offer.sections.aggregate(last=Max("number"))["last"]
    section = Section.objects.create(
        offer=offer, number=(last or 0) + 1, teacher=plan.teacher, room=plan.room,
        seats=plan.seats, reserved=plan.reserved,
    )  # fmt: skip
    _set_times(section, plan)
    record("electives.section.added", section, actor=by, at=at)
    return section


@transaction.atomic
def edit_section(section: Section, plan: SectionPlan, *, by: Actor | None, at: datetime) -> None:
    """Change a section while its offer is not submitted.

    Raises:
        Refused: see `add_section`.
    """
    _writable(section.offer)
    _check_plan(section.offer, plan)
    section.teacher, section.room = plan.teacher, plan.room
    section.seats, section.reserved = plan.seats, plan.reserved
    section.save(update_fields=["teacher", "room", "seats", "reserved"])
    section.times.all().delete()
    _set_times(section, plan)
    record("electives.section.edited", section, actor=by, at=at)


@transaction.atomic
def remove_section(section: Section, *, by: Actor | None, at: datetime) -> None:
    """Take a section out of an offer that is not submitted.

    Raises:
        Refused: the offer is submitted or published.
    """
    _writable(section.offer)
    record("electives.section.removed", section, actor=by, at=at)
    section.delete()


def _set_times(section: Section, plan: SectionPlan) -> None:
    SectionTime.objects.bulk_create(
        SectionTime(section=section, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in plan.times
    )


def _check_plan(offer: Offer, plan: SectionPlan) -> None:
    if not plan.times:
        raise Refused("请至少填一个上课时间。")
    if any(starts >= ends for _, starts, ends in plan.times):
        raise Refused("下课时间要晚于上课时间。")
    if plan.seats < 1 or plan.reserved > plan.seats:
        raise Refused("名额至少 1 个，本校预留不能多于名额。")
    if plan.room is not None and plan.room.school_id != offer.school_id:
        raise Refused(f"{plan.room.name}不是本校的教室。")
    if plan.room is not None and offer.form == Offer.Form.OFFLINE and plan.seats > plan.room.seats:
        raise Refused(f"{plan.room.name}只有 {plan.room.seats} 个座位。")


@transaction.atomic
def submit_offer(offer: Offer, *, by: Actor | None, at: datetime) -> None:
    """Hand an offer to the head.

    Raises:
        Refused: it has no section, or is not a draft.
    """
    if not offer.sections.exists():
        raise Refused("请先添加一个教学班，写明名额和时间。")
    _won(
        Offer.objects.filter(pk=offer.pk, state__in=_WRITABLE).update(
            state=State.SUBMITTED, reason=""
        ),
        "课程已经提交。",
    )
    offer.refresh_from_db()
    record("electives.offer.submitted", offer, actor=by, at=at)
    title = f"{offer.teacher.name}申请开设“{offer.title}”"
    notices.to_heads(offer, title, timezone.localdate(at))


@transaction.atomic
def publish_offer(offer: Offer, *, by: Actor, at: datetime) -> None:
    """The head lets an offer onto the menu.

    Raises:
        Refused: it is not submitted.
    """
    _decide(offer, State.PUBLISHED, "", by, at)
    record("electives.offer.published", offer, actor=by, at=at)


@transaction.atomic
def return_offer(offer: Offer, *, reason: str, by: Actor, at: datetime) -> None:
    """The head sends an offer back, with a reason.

    Raises:
        Refused: no reason is given, or it is not submitted.
    """
    if not reason.strip():
        raise Refused("请写明退回的原因。")
    _decide(offer, State.RETURNED, reason.strip()[:200], by, at)
    record("electives.offer.returned", offer, actor=by, at=at, detail={"reason": offer.reason})


def _decide(offer: Offer, state: str, reason: str, by: Actor, at: datetime) -> None:
    _won(
        Offer.objects.filter(pk=offer.pk, state=State.SUBMITTED).update(
            state=state, reason=reason, decided_at=at, decided_by=by.person
        ),
        "课程不在待审核状态。",
    )
    offer.refresh_from_db()
    word = "已发布" if state == State.PUBLISHED else "已退回"
    notices.to_people(
        [offer.teacher_id], notices.OFFER, f"“{offer.title}”{word}", body=reason,
        key=f"offer:{offer.pk}:{state}:{at:%Y%m%d%H%M}",
        url=reverse("electives:offer-detail", args=[offer.pk]),
    )  # fmt: skip


@transaction.atomic
def withdraw_offer(offer: Offer, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Take an offer off the menu; the year's running sections go on.

    Raises:
        Refused: no reason is given, or a round with it is being chosen from or drawn.
    """
    if not reason.strip():
        raise Refused("请写明停开的原因。")
    busy = Round.objects.filter(
        sections__offer=offer, state__in=[Round.State.OPEN, Round.State.DRAWN]
    )
    if busy.exists():
        raise Refused("有选课轮次正在用这门课，结束后才能停开。")
    _won(
        Offer.objects.filter(pk=offer.pk)
        .exclude(state=State.WITHDRAWN)
        .update(state=State.WITHDRAWN, reason=reason.strip()[:200]),
        "课程已经停开。",
    )
    offer.refresh_from_db()
    record("electives.offer.withdrawn", offer, actor=by, at=at, detail={"reason": offer.reason})


def _writable(offer: Offer) -> None:
    if not Offer.objects.filter(pk=offer.pk, state__in=_WRITABLE).exists():
        raise Refused("课程已经提交或发布，不能再改。")


def _won(changed: int, refusal: str) -> None:
    if not changed:
        raise Refused(refusal)
