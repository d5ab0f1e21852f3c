"""Writes of the ledger: post an entry, reverse the entries of a source. Nothing else."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import models, transaction

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.engines.credits.models import Entry
from tongke.engines.credits.profile import CreditsProfile
from tongke.foundation.people.models import Organisation, Person

WORKLOAD = "workload"


@transaction.atomic
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
    """Add one entry by the region's rule; the same key twice gives the first entry.

    Args:
        rule: the role in the task: ``host``, ``assistant`` …
        facts: what the rule reads: ``form`` (profile code of the lesson form) and, for the
            formula's text only, ``form_name``.
        key: names the act for ever, such as ``lesson:12:0:host:7``.

    Raises:
        Refused: the book is not one we keep.
    """
    if book != WORKLOAD:
        raise Refused(f"没有名为“{book}”的账簿。")
    known = Entry.objects.filter(key=key).first()
    if known is not None:
        return known
    amount, unit, version, formula = _by_rule(rule, facts)
    entry, _ = Entry.objects.get_or_create(
        key=key,
        defaults={
            "book": book, "person": person, "organisation": organisation, "amount": amount,
            "unit": unit, "rule": f"{rule}/{facts.get('form', '')}", "rule_version": version,
            "formula": formula, "source_type": source._meta.label_lower, "source_id": source.pk,
            "source_label": source_label[:120], "occurred_on": occurred_on, "at": at,
        },
    )  # fmt: skip
    return entry


def _by_rule(rule: str, facts: Mapping[str, object]) -> tuple[Decimal, str, str, str]:
    profile = current(CreditsProfile)
    found = profile.rule(rule, str(facts.get("form", "")))
    amount = Decimal(str(found.amount)).quantize(Decimal("0.01"))
    unit = profile.workload_unit
    formula = f"{found.note or '未列出的任务'}：1 次 × {amount.normalize():f} {unit}"
    return amount, unit, profile.workload_version, formula[:200]


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
        _, made = Entry.objects.get_or_create(
            reverses=entry,
            defaults={
                "book": entry.book, "person_id": entry.person_id,
                "organisation_id": entry.organisation_id, "amount": -entry.amount,
                "unit": entry.unit, "rule": entry.rule, "rule_version": entry.rule_version,
                "formula": f"冲销：{entry.formula}"[:200], "source_type": entry.source_type,
                "source_id": entry.source_id, "source_label": entry.source_label,
                "key": f"reverse:{entry.key}"[:160], "occurred_on": entry.occurred_on, "at": at,
                "reason": reason[:200],
            },
        )  # fmt: skip
        count += made
    return count
