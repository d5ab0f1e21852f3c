"""The rule of who is at home: against a reading of the emergencies word by word."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tongke.foundation.people.tests.make import ZONE
from tongke.teaching.continuity.matching import Offer, UnitFacts, match, place
from tongke.teaching.continuity.scope import Order, ruling

FIRST = date(2026, 11, 23)
PATHS = ("0001.", "0001.0002.", "0001.0002.0003.", "0001.0004.", "0005.")
GRADES = ("11", "15")
days = st.integers(0, 6).map(lambda n: FIRST + timedelta(days=n))
seqs = st.integers(1, 4)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    start, end = sorted((draw(days), draw(days)))
    return Order(
        key=draw(st.integers(1, 10**6)), title="停课",
        paths=tuple(draw(st.sets(st.sampled_from(PATHS), min_size=1, max_size=2))),
        grades=frozenset(draw(st.sets(st.sampled_from(GRADES), max_size=1))),
        first=(start, draw(seqs)), ends_on=end, last_seq=draw(st.none() | seqs),
        back=draw(st.none() | st.tuples(days, seqs)), drill=draw(st.booleans()),
        declared_at=datetime(2026, 11, 22, draw(st.integers(0, 23)), tzinfo=ZONE),
    )  # fmt: skip


def periods(order: Order) -> set[tuple[date, int]]:
    """Every period an order names, counted out one by one."""
    found, day = set(), order.first[0]
    while day <= order.ends_on:
        for seq in range(1, 9):
            begun = day > order.first[0] or seq >= order.first[1]
            ended = day == order.ends_on and order.last_seq is not None and seq > order.last_seq
            back = order.back is not None and (
                day > order.back[0] or (day == order.back[0] and seq >= order.back[1])
            )
            if begun and not ended and not back:
                found.add((day, seq))
        day += timedelta(days=1)
    return found


def reading(listed: list[Order], path: str, grade: str, day: date, seq: int) -> Order | None:
    """The same question answered the long way: one winner after another."""
    best: Order | None = None
    for each in listed:
        inside = [one for one in each.paths if path[: len(one)] == one]
        if not inside or (each.grades and grade not in each.grades):
            continue
        if (day, seq) not in periods(each):
            continue
        if best is None:
            best = each
            continue
        depth = max(map(len, inside))
        other = max(len(one) for one in best.paths if path[: len(one)] == one)
        if best.drill != each.drill:
            best = best if each.drill else each
        elif depth != other:
            best = each if depth > other else best
        elif (each.declared_at, each.key) > (best.declared_at, best.key):
            best = each
    return best


@settings(max_examples=120, deadline=None)
@given(
    st.lists(orders(), max_size=4), st.sampled_from(PATHS[2:]), st.sampled_from(GRADES), days, seqs
)
def test_the_rule_reads_emergencies_as_they_are_written(
    listed: list[Order], path: str, grade: str, day: date, seq: int
) -> None:
    got = ruling(listed, path, grade, day, seq)
    want = reading(listed, path, grade, day, seq)

    assert (got is None) == (want is None)
    if got is not None and want is not None:
        assert (got.drill, got.depth(path), got.declared_at) == (
            want.drill, want.depth(path), want.declared_at,
        )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(orders(), days, seqs, days, seqs)
def test_ending_early_gives_back_exactly_the_rest(
    order: Order, back: date, first: int, day: date, seq: int
) -> None:
    whole, path = replace(order, back=None), order.paths[0]
    ended = replace(order, back=(back, first))

    before = (day, seq) < (back, first)
    assert ended.covers(path, "15", day, seq) == (whole.covers(path, "15", day, seq) and before)


@settings(max_examples=60, deadline=None)
@given(orders(), st.sampled_from(PATHS), days, seqs)
def test_a_class_outside_the_scope_never_leaves_school(
    order: Order, path: str, day: date, seq: int
) -> None:
    around = any(path.startswith(each) for each in order.paths)

    assert around or ruling([order], path, "15", day, seq) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.lists(st.integers(1, 8), min_size=1, max_size=8))
def test_units_follow_one_another(index: int, counts: list[int]) -> None:
    at, turn = place(index, counts)

    assert 0 <= at < len(counts)
    assert sum(counts[:at]) + turn == index


def test_matching_takes_the_point_then_the_unit_then_what_was_before() -> None:
    video, page = Offer(1, "微课", 0, 300), Offer(2, "讲解页", 1, 60)
    first = UnitFacts(1, "一", ((11, "甲"), (12, "乙")), {11: [page, video]}, {11: [7, 8, 9]})
    second = UnitFacts(2, "二", ((21, "丙"),), {}, {})
    none = UnitFacts(3, "三", (), {}, {})

    assert match([first, second], 0, 0, 2, "") == match([first, second], 0, 2, 2, "")
    got = match([first, second], 0, 0, 2, "按进度")
    assert (got.kind, got.resource, got.items, got.point) == ("point", 1, (7, 8), "甲")
    assert match([first, second], 0, 1, 2, "").kind == "unit"
    before = match([first, second], 1, 0, 2, "")
    assert (before.kind, before.resource) == ("review", 1)
    bare = match([none], 0, 5, 2, "")
    assert match([UnitFacts(4, "四", ((41, "丁"),), {}, {41: [5]})], 0, 0, 2, "").kind == "practice"
    assert (bare.kind, bare.resource, bare.items) == ("none", None, ())
