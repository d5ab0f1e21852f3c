"""The audit chain holds, and shows where it was broken."""

from datetime import UTC, datetime, timedelta

import pytest

from tongke.core import audit
from tongke.core.models import AuditEntry, JobSchedule

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def write(number: int) -> None:
    thing = JobSchedule.objects.create(name=f"n{number}", next_at=NOON)
    audit.record("test.thing.made", thing, actor=None, at=NOON + timedelta(seconds=number),
                 detail={"数": number})  # fmt: skip


@pytest.mark.django_db
def test_entries_are_chained_in_order_without_gaps() -> None:
    for number in range(5):
        write(number)

    assert audit.verify() == (5, [])
    write(5)
    assert audit.seal_tail() == 1
    assert audit.seal_tail() == 0
    assert audit.verify() == (6, [])


@pytest.mark.django_db
def test_a_changed_entry_is_found() -> None:
    for number in range(4):
        write(number)
    audit.seal_tail()
    AuditEntry.objects.filter(seq=2).update(actor_name="别人")

    count, breaks = audit.verify()

    assert count == 4
    assert [each.seq for each in breaks] == [2]


@pytest.mark.django_db
def test_a_removed_entry_is_found() -> None:
    for number in range(4):
        write(number)
    audit.seal_tail()
    AuditEntry.objects.filter(seq=3).delete()

    _, breaks = audit.verify()

    assert breaks
    assert "缺少" in breaks[0].reason
