"""The ledger: entries are added once, taken back once, and always add up."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.engines.credits import queries, services
from tongke.engines.credits.models import Entry
from tongke.engines.credits.profile import CreditsProfile
from tongke.engines.credits.tests.make import post, rolled_back, source
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.tests.make import NOON, World

pytestmark = pytest.mark.django_db


def test_an_entry_holds_amount_rule_version_and_sum_in_words(cast: World) -> None:
    entry = post(cast.teacher)

    assert (entry.amount, entry.unit, entry.rule) == (Decimal("1.50"), "节", "host/delivered")
    assert entry.rule_version == services.workload_rule().version
    assert entry.formula == "主讲一节专递课，含备课和批改两端作业：1.5 × 1次 = 1.5节"
    assert (entry.source_type, entry.source_id) == ("people.schoolclass", 1)
    assert AuditEntry.objects.get(action="credits.entry.posted").object_id == str(entry.pk)


def test_an_act_is_posted_once_whatever_the_rule_says_later(cast: World) -> None:
    first = post(cast.teacher)

    with override(CreditsProfile, unlisted_amount=3.0, workload_version="2027-1"):
        again = post(cast.teacher)
        unlisted = post(cast.teacher, form="garden", number=2)

    assert again == first
    assert (unlisted.amount, unlisted.rule_version) == (Decimal("3.00"), "2027-1")
    assert unlisted.formula == "主讲 专递课堂：规则里没有列出，按3 × 1次 = 3节"
    assert Entry.objects.count() == 2


def test_only_books_we_keep_are_written(cast: World) -> None:
    with pytest.raises(Refused, match="没有名为“stars”的账簿"):
        services.post(
            book="stars", person=cast.teacher.person, organisation=cast.centre, rule="host",
            facts={}, source=source(), source_label="", key="k", occurred_on=NOON.date(), at=NOON,
        )  # fmt: skip
    assert not Entry.objects.exists()


def test_a_reversal_takes_back_one_revision_once_and_says_why(cast: World) -> None:
    post(cast.teacher)
    kept = post(cast.teacher, revision=1)
    post(cast.deer_assistant, role="assistant")

    with pytest.raises(Refused, match="写明原因"):
        services.reverse(source=source(), reason=" ", at=NOON)
    first = services.reverse(source=source(), reason="误记", at=NOON, key_prefix="lesson:1:0:")
    again = services.reverse(source=source(), reason="误记", at=NOON, key_prefix="lesson:1:0:")
    unknown = services.reverse(source=source(9), reason="误记", at=NOON)

    assert (first, again, unknown) == (2, 0, 0)
    assert queries.total(Entry.objects.all()) == kept.amount
    taken = Entry.objects.filter(reverses__isnull=False).order_by("amount")
    assert [(one.amount, one.reason) for one in taken] == [
        (Decimal("-1.50"), "误记"), (Decimal("-0.80"), "误记"),
    ]  # fmt: skip
    assert all(one.formula.startswith("冲销：") for one in taken)
    assert AuditEntry.objects.filter(action="credits.entry.reversed").count() == 2


_ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("post"), st.integers(1, 2), st.integers(0, 1),
            st.sampled_from(["host", "assistant"]),
        ),
        st.tuples(
            st.just("reverse"), st.integers(1, 3), st.sampled_from([None, 0, 1]), st.just("")
        ),
    ),
    max_size=12,
)  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=_ACTS)
def test_any_sequence_of_posts_and_reversals_adds_up(
    cast: World, acts: list[tuple[str, int, int, str]]
) -> None:
    with rolled_back():
        who = cast.teacher
        standing: dict[tuple[int, int, str], Decimal] = {}
        gone: set[tuple[int, int, str]] = set()
        for act, number, revision, role in acts:
            if act == "post":
                _post(who, (number, revision, role), standing, gone)
            else:
                _reverse(number, revision, standing, gone)
            rows = Entry.objects.all()
            assert queries.total(rows) == sum(standing.values(), Decimal(0))
            assert rows.count() == len(standing) + 2 * len(gone)
            back = rows.filter(reverses__isnull=False)
            assert back.values("reverses").distinct().count() == back.count() == len(gone)


def _post(
    who: Actor,
    key: tuple[int, int, str],
    standing: dict[tuple[int, int, str], Decimal],
    gone: set[tuple[int, int, str]],
) -> None:
    number, revision, role = key
    entry = post(who, number=number, revision=revision, role=role)
    if key not in gone:
        standing[key] = entry.amount


def _reverse(
    number: int,
    revision: int | None,
    standing: dict[tuple[int, int, str], Decimal],
    gone: set[tuple[int, int, str]],
) -> None:
    hit = {key for key in standing if key[0] == number and revision in (None, key[1])}
    prefix = "" if revision is None else f"lesson:{number}:{revision}:"

    taken = services.reverse(source=source(number), reason="更正", at=NOON, key_prefix=prefix)

    assert taken == len(hit)
    gone |= hit
    for key in hit:
        del standing[key]
