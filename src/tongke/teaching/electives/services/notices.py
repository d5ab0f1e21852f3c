"""Messages of course choice: to pupils and those who care for them, once per occasion."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from django.urls import reverse

from tongke.core.messages import notify_many, register_kind
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Account, Appointment, Guardianship
from tongke.foundation.people.roles import Role
from tongke.teaching.electives.models import Offer, Round

ROUND = register_kind("electives.round", "选课开始和截止提醒")
RESULT = register_kind("electives.result", "选课结果和候补递补")
OFFER = register_kind("electives.offer", "选课课程审核")


def to_families(
    pupils: Iterable[int], kind: str, title: str, *, key: str, body: str, url: str, day: date
) -> int:
    """Tell pupils and their guardians; a guardian of several reads the title once."""
    ids = list(pupils)
    people = set(ids)
    for start in range(0, len(ids), 400):
        held = Guardianship.objects.filter(now(day), child__in=ids[start : start + 400])
        people.update(held.values_list("guardian", flat=True))
    return to_people(people, kind, title, key=key, body=body, url=url)


def to_people(
    people: Iterable[int], kind: str, title: str, *, key: str, body: str, url: str
) -> int:
    """Tell persons who have an account."""
    ids, accounts = sorted(set(people)), []
    for start in range(0, len(ids), 400):
        part = Account.objects.filter(person__in=ids[start : start + 400], is_active=True)
        accounts += [(account, title) for account in part]
    return notify_many(kind, accounts, key=key, body=body, url=url)


def result_of(round_: Round, told: dict[int, str], day: date, occasion: str) -> None:
    """Tell each pupil (by id) their own outcome, in one message per wording."""
    by_words: dict[str, list[int]] = defaultdict(list)
    for pupil, words in told.items():
        by_words[words].append(pupil)
    for words, pupils in by_words.items():
        to_families(
            pupils, RESULT, f"{round_.title}：{occasion}", day=day, body=words,
            key=f"electives:{round_.pk}:{occasion}:{sha256(words.encode()).hexdigest()[:12]}",
            url=reverse("electives:mine"),
        )  # fmt: skip


def to_heads(offer: Offer, title: str, day: date) -> None:
    """Tell the heads of the offering school."""
    heads = Appointment.objects.filter(now(day), organisation=offer.school_id, role=Role.HEAD)
    to_people(
        heads.values_list("person", flat=True), OFFER, title, body=offer.summary[:80],
        key=f"offer:{offer.pk}:{offer.state}:{day}",
        url=reverse("electives:offer-detail", args=[offer.pk]),
    )  # fmt: skip
