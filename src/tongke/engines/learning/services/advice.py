"""Recommendations: few, explained, and always open to "I know this" and "ask the teacher"."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from tongke.core import messages
from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.learning import providers
from tongke.engines.learning.models import LearningRecord, Mastery, Recommendation
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.services.records import record as push_record
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Person

ADVICE = messages.register_kind("learning.advice", "再练一练")
ASKED = messages.register_kind("learning.asked", "学生提问")
_OPEN = (Recommendation.State.OPEN, Recommendation.State.STARTED)


def recommend(weak: Sequence[Mastery], *, source_key: str, at: datetime) -> int:
    """Propose the best resource for each weak point, within the region's limits.

    Weakest first. A point that was recommended within `retry_days`, or whose recommendation is
    still open, is left out; so is one for which the library has nothing.
    """
    profile = current(LearningProfile)
    count = 0
    for row in sorted(weak, key=lambda one: one.mean or 0)[: profile.recommended_most]:
        mine = Recommendation.objects.filter(pupil=row.pupil_id)
        if mine.filter(state__in=_OPEN).count() >= profile.open_most:
            break
        lately = mine.filter(key_point=row.key_point_id)
        if lately.filter(at__gte=at - timedelta(days=profile.retry_days)).exists():
            continue
        offers = providers.offers(row.key_point_id)
        if offers:
            reason = f"最近做的题里，“{row.key_point.title}”还不太稳，先看这一小段再练。"
            count += _propose(row.pupil_id, row.key_point, offers[0], reason, source_key, at)
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
def push(
    pupils: Iterable[Person], point: KeyPoint, reason: str, *, by: Actor, at: datetime
) -> int:
    """A teacher sends the best resource of a point to some pupils; returns how many got it.

    Raises:
        Refused: the library has nothing for the point; nothing is written.
    """
    offers = providers.offers(point.pk)
    if not offers:
        raise Refused(f"资源库里还没有“{point.title}”的讲解，请先上传或换一个知识点。")
    key = f"push:{by.person.pk}:{point.pk}:{at:%Y%m%d}"
    text = reason.strip() or f"{by.person.name}老师请你再看看“{point.title}”。"
    count = sum(_propose(one.pk, point, offers[0], text[:200], key, at) for one in pupils)
    record("learning.advice.pushed", point, actor=by, at=at, detail={"pupils": count})
    return count


@transaction.atomic
def respond(
    advice: Recommendation, state: str, *, by: Actor, at: datetime, note: str = ""
) -> None:
    """What the pupil did with it: started, done, known ("这个我会了"), asked ("问老师").

    Raises:
        Refused: it was withdrawn, or the answer is none of these; nothing is written.
    """
    allowed = {"started", "done", "known", "asked"}
    if state not in allowed:
        raise Refused("请选择“学完了”“这个我会了”或“问老师”。")
    rows = Recommendation.objects.filter(pk=advice.pk).exclude(
        state=Recommendation.State.WITHDRAWN
    )
    if not rows.update(state=state, note=note[:200], changed_at=at):
        raise Refused("老师已经撤回这条推荐。")
    advice.refresh_from_db()
    push_record(
        key=f"advice:{advice.pk}:{state}", person=by.person, verb=f"advice-{state}"[:20],
        object_type="learning.recommendation", object_id=advice.pk, at=at,
        key_point=advice.key_point, detail={"note": note[:200]} if note else {},
    )  # fmt: skip
    if state == "asked":
        _tell_teachers(advice, by)


def _tell_teachers(advice: Recommendation, by: Actor) -> None:
    """Whoever last taught the point to this pupil's class hears of the question."""
    last = (
        LearningRecord.objects.filter(person=advice.pupil_id, key_point=advice.key_point_id)
        .exclude(school_class=None)
        .select_related("school_class__homeroom_teacher")
        .order_by("-at")
        .first()
    )
    teacher = last.school_class.homeroom_teacher if last and last.school_class else None
    account = getattr(teacher, "account", None)
    if account is not None:
        messages.notify(
            account, ASKED, f"{by.person.name} 想问：{advice.key_point.title}",
            key=f"asked:{advice.pk}:{advice.changed_at}", body=advice.note,
            url=reverse("learning:class-list"),
        )  # fmt: skip
