"""Recommendations: few, explained, and always open to "I know this" and "ask the teacher"."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from tongke.core import messages
from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.learning import providers, scopes
from tongke.engines.learning.models import Mastery, Recommendation
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.services.records import record as push_record
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Account, Enrolment, Person

ADVICE = messages.register_kind("learning.advice", "再练一练")
ASKED = messages.register_kind("learning.asked", "学生提问")
ANSWERED = messages.register_kind("learning.answered", "老师回复")
State = Recommendation.State
_OPEN = (State.OPEN, State.STARTED)
_SAID = (State.STARTED, State.DONE, State.KNOWN, State.ASKED)


def recommend(weak: Sequence[Mastery], *, source_key: str, at: datetime) -> int:
    """Propose the best resource for each weak point, within the region's limits.

    Weakest first. A point that was recommended within `retry_days`, or whose recommendation is
    still open, is left out; so is one for which the library has nothing.
    """
    if not weak:
        return 0
    profile = current(LearningProfile)
    again = at - timedelta(days=profile.retry_days)
    standing = Recommendation.objects.filter(
        Q(at__gte=again) | Q(state__in=_OPEN), pupil__in={row.pupil_id for row in weak}
    ).values_list("pupil", "key_point", "state")
    known = {(pupil, point) for pupil, point, _ in standing}
    waiting = Counter(pupil for pupil, _, state in standing if state in _OPEN)
    count = 0
    for row in sorted(weak, key=lambda one: one.mean or 0):
        enough = waiting[row.pupil_id] >= profile.open_most
        if enough or count >= profile.recommended_most:
            break
        if (row.pupil_id, row.key_point_id) in known:
            continue
        offers = providers.offers(row.key_point_id)
        if offers:
            reason = f"最近做的题里，“{row.key_point.title}”还不太稳，先看这一小段再练。"
            made = _propose(row.pupil_id, row.key_point, offers[0], reason, source_key, at)
            waiting[row.pupil_id] += made
            count += made
    return count


def _propose(
    pupil_id: int, point: KeyPoint, offer: providers.Offer, reason: str, key: str, at: datetime
) -> bool:
    fresh, made = Recommendation.objects.get_or_create(
        pupil_id=pupil_id,
        key_point=point,
        source_key=key,
        defaults={
            "resource_id": offer.resource_id, "title": offer.title, "minutes": offer.minutes,
            "reason": reason, "at": at,
        },
    )  # fmt: skip
    account = Account.objects.filter(person=pupil_id).first()
    if made and account is not None:
        messages.notify(
            account, ADVICE, f"再练 {offer.minutes} 分钟：{point.title}",
            key=f"advice:{fresh.pk}", body=reason, url=reverse("learning:my-advice"),
        )  # fmt: skip
    return made


@transaction.atomic
def push(pupils: Iterable[Person], point: KeyPoint, reason: str, *, by: Actor, at: datetime) -> int:
    """A teacher sends the best resource of a point to some pupils; returns how many got it.

    A pupil gets it from one teacher once a day.

    Raises:
        Refused: nobody is chosen, or the library has nothing for the point; nothing is written.
    """
    chosen = list(pupils)
    if not chosen:
        raise Refused("请至少勾选一名学生。")
    offers = providers.offers(point.pk)
    if not offers:
        raise Refused(f"资源库里还没有“{point.title}”的讲解，请先上传或换一个知识点。")
    key = f"push:{by.person.pk}:{point.pk}:{timezone.localdate(at):%Y%m%d}"
    text = reason.strip() or f"{by.person.name}老师请你再看看“{point.title}”。"
    count = sum(_propose(one.pk, point, offers[0], text[:200], key, at) for one in chosen)
    record("learning.advice.pushed", point, actor=by, at=at, detail={"pupils": count})
    return count


@transaction.atomic
def respond(advice: Recommendation, state: str, *, by: Actor, at: datetime, note: str = "") -> None:
    """What the pupil did with it: started, done, known ("这个我会了"), asked ("问老师").

    Raises:
        Refused: it was withdrawn, a question is empty, or the answer is none of these; nothing
            is written.
    """
    if state not in _SAID:
        raise Refused("请选择“学完了”“这个我会了”或“问老师”。")
    note = note.strip()[:200]
    if state == State.ASKED and not note:
        raise Refused("请写一句哪里不明白，老师才知道怎么帮你。")
    rows = Recommendation.objects.filter(pk=advice.pk).exclude(state=State.WITHDRAWN)
    if not rows.update(state=state, note=note, changed_at=at):
        raise Refused("老师已经撤回这条推荐。")
    advice.refresh_from_db()
    push_record(
        key=f"advice:{advice.pk}:{state}", person=by.person, verb=f"advice-{state}"[:20],
        object_type="learning.recommendation", object_id=advice.pk, at=at,
        key_point=advice.key_point, detail={"note": note} if note else {},
    )  # fmt: skip
    record("learning.advice.responded", advice, actor=by, at=at, detail={"state": state})
    if state == State.ASKED:
        _tell_teachers(advice, by, at)


def _tell_teachers(advice: Recommendation, by: Actor, at: datetime) -> None:
    """Whoever teaches the pupil's class the subject hears of it; else the homeroom teacher."""
    today = timezone.localdate(at)
    roll = Enrolment.objects.filter(now(today), pupil=advice.pupil_id, standing=True)
    enrolled = roll.select_related("school_class__school").first()
    if enrolled is None:
        return
    school_class = enrolled.school_class
    subject = advice.key_point.unit.textbook.subject_id
    people = scopes.teachers(school_class, subject, today)
    if not people and school_class.homeroom_teacher_id:
        people = {school_class.homeroom_teacher_id}
    for account in Account.objects.filter(person__in=people):
        messages.notify(
            account, ASKED, f"{by.person.name} 想问：{advice.key_point.title}",
            key=f"asked:{advice.pk}:{at.timestamp()}", body=advice.note,
            url=reverse("learning:class-detail", args=[school_class.pk, subject]),
        )  # fmt: skip


@transaction.atomic
def answer(advice: Recommendation, text: str, *, by: Actor, at: datetime) -> None:
    """A teacher answers a pupil's question.

    Raises:
        Refused: the answer is empty, or the question was answered or taken back meanwhile.
    """
    text = text.strip()[:200]
    if not text:
        raise Refused("请写一句回复。")
    rows = Recommendation.objects.filter(pk=advice.pk, state=State.ASKED)
    if not rows.update(state=State.ANSWERED, reply=text, replied_by=by.person, changed_at=at):
        raise Refused("这个提问已经有人回复，或学生已经撤回。")
    advice.refresh_from_db()
    record("learning.advice.answered", advice, actor=by, at=at)
    account = Account.objects.filter(person=advice.pupil_id).first()
    if account is not None:
        messages.notify(
            account, ANSWERED, f"{by.person.name}老师回复了你：{advice.key_point.title}",
            key=f"answered:{advice.pk}:{at.timestamp()}", body=text,
            url=reverse("learning:my-advice"),
        )  # fmt: skip
