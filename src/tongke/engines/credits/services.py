"""Writes of the ledger: post an entry, reverse the entries of a source. Nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, models, transaction

from tongke.core.audit import record, record_many
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.credits import rules
from tongke.engines.credits.models import Entry
from tongke.engines.credits.profile import CreditsProfile
from tongke.foundation.people.models import Organisation, Person

WORKLOAD = "workload"
ROLE_NAMES = {
    "host": "主讲", "assistant": "辅导", "presenter": "展示", "observer": "听评",
    "author": "制作", "organiser": "组织",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One entry to be: whose act, by which rule, where it comes from.

    Args:
        rule: the role in the task: ``host``, ``assistant`` …
        facts: what the rule reads: ``form`` (profile code of the lesson form) and, for the
            formula's text only, ``form_name``, what people call it.
        key: names the act for ever, such as ``lesson:12:0:host:7``.
    """

    book: str
    person: Person
    organisation: Organisation
    rule: str
    facts: Mapping[str, object]
    source: models.Model
    source_label: str
    key: str
    occurred_on: date


def post(
    *,
    book: str,
    person: Person,
    organisation: Organisation,
    rule: str,
    facts: Mapping[str, object],
    source: models.Model,
    source_label: str,
    key: str,
    occurred_on: date,
    at: datetime,
) -> Entry:
    """Add one entry by the region's rule; the same key twice gives the first. See `Posting`.

    Raises:
        Refused: the book is not one we keep.
    """
    posting = Posting(
        book=book, person=person, organisation=organisation, rule=rule, facts=facts,
        source=source, source_label=source_label, key=key, occurred_on=occurred_on,
    )  # fmt: skip
    return post_many([posting], at=at)[0]


@transaction.atomic
def post_many(postings: Sequence[Posting], *, at: datetime) -> list[Entry]:
    """Add entries by the region's rules, all or none; a key that is known gives its first entry.

    Raises:
        Refused: a book is not one we keep.
    """
    for each in postings:
        if each.book != WORKLOAD:
            raise Refused(f"没有名为“{each.book}”的账簿。")
    try:
        found = _add(postings, at)
    except IntegrityError:  # somebody posted one of them at the same moment
        found = _add(postings, at)
    return [found[each.key] for each in postings]


@transaction.atomic
def _add(postings: Sequence[Posting], at: datetime) -> dict[str, Entry]:
    known = {each.key: each for each in Entry.objects.filter(key__in={p.key for p in postings})}
    fresh = {each.key: _entry(each, at) for each in postings if each.key not in known}
    made = Entry.objects.bulk_create(fresh.values(), batch_size=200)
    record_many(
        "credits.entry.posted", [(each, {"key": each.key}) for each in made], actor=None, at=at
    )
    return known | fresh


def _entry(posting: Posting, at: datetime) -> Entry:
    amount, unit, version, formula = _by_rule(posting.rule, posting.facts)
    return Entry(
        key=posting.key, book=posting.book, person=posting.person,
        organisation=posting.organisation, amount=amount, unit=unit,
        rule=f"{posting.rule}/{posting.facts.get('form', '')}", rule_version=version,
        formula=formula, source_type=posting.source._meta.label_lower,
        source_id=posting.source.pk, source_label=posting.source_label[:120],
        occurred_on=posting.occurred_on, at=at,
    )  # fmt: skip


def _by_rule(role: str, facts: Mapping[str, object]) -> tuple[Decimal, str, str, str]:
    form = str(facts.get("form", ""))
    names = {**ROLE_NAMES, form: str(facts.get("form_name") or form)}
    found = rules.apply(workload_rule(), rules.Facts(role=role, form=form, names=names))
    return found.amount, found.unit, found.version, found.formula_text[:200]


def workload_rule() -> rules.Rule:
    """The region's table of what a task in a role counts, as the algorithm takes it."""
    profile = current(CreditsProfile)
    return rules.Rule(
        code=WORKLOAD,
        version=profile.workload_version,
        unit=profile.workload_unit,
        rates=tuple(
            rules.Rate(one.role, one.form, Decimal(str(one.amount)), note=one.note)
            for one in profile.workload
        ),
        unlisted=Decimal(str(profile.unlisted_amount)),
    )


@transaction.atomic
def reverse(*, source: models.Model, reason: str, at: datetime, key_prefix: str = "") -> int:
    """Set against every standing entry of a source one that takes it back; returns how many.

    Args:
        key_prefix: only entries whose key begins so (one revision of the source).

    Raises:
        Refused: no reason is given; nothing is written.
    """
    if not reason.strip():
        raise Refused("冲销台账必须写明原因。")
    standing = Entry.objects.filter(
        source_type=source._meta.label_lower,
        source_id=source.pk,
        reverses=None,
        reversed_by=None,
        key__startswith=key_prefix,
    )
    count = 0
    for entry in standing.select_for_update(of=("self",)):
        against, made = Entry.objects.get_or_create(
            reverses=entry,
            defaults={
                "book": entry.book, "person_id": entry.person_id,
                "organisation_id": entry.organisation_id, "amount": -entry.amount,
                "unit": entry.unit, "rule": entry.rule, "rule_version": entry.rule_version,
                "formula": f"冲销：{entry.formula}"[:200], "source_type": entry.source_type,
                "source_id": entry.source_id, "source_label": entry.source_label,
                "key": f"reverse:{entry.key}"[:160], "occurred_on": entry.occurred_on, "at": at,
                "reason": reason.strip()[:200],
            },
        )  # fmt: skip
        if made:
            record("credits.entry.reversed", against, actor=None, at=at, detail={"key": entry.key})
        count += made
    return count
