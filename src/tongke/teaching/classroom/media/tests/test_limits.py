"""Sound first, the host's picture next; a line is neither flooded nor mistrusted for long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongke.teaching.classroom.media.limits import (
    PERIOD_S,
    Budget,
    Policy,
    Valve,
    Want,
    limit,
    needed,
    shares,
)

POLICY = Policy()
HOST = Want("host", "host")
ROOMS = [Want(f"room{n}", "room") for n in range(4)]
PICTURES = st.lists(st.sampled_from([HOST, *ROOMS]), unique=True)


def test_the_rooms_pictures_go_before_the_hosts_and_the_sound_never() -> None:
    wants = [*ROOMS[:2], HOST]

    assert shares(1120, 3, wants, POLICY) == {"host": 600, "room0": 200, "room1": 200}
    assert shares(500, 3, wants, POLICY) == {"host": 285, "room0": 95, "room1": 0}
    assert shares(280, 3, wants, POLICY) == {"host": 160, "room0": 0, "room1": 0}
    assert shares(200, 3, wants, POLICY) == {"host": 0, "room0": 0, "room1": 0}


@given(st.floats(0, 5000), st.integers(0, 5), PICTURES)
def test_a_line_is_never_given_more_than_it_has(
    budget: float, sounds: int, wants: list[Want]
) -> None:
    given_ = shares(budget, sounds, wants, POLICY)

    assert set(given_) == {want.publisher for want in wants}
    assert sum(given_.values()) <= max(0, budget - sounds * POLICY.audio) + 1e-6
    for want in wants:
        assert given_[want.publisher] == 0 or given_[want.publisher] >= POLICY.floor(want.role)


@given(st.integers(0, 5), PICTURES)
def test_what_is_needed_is_enough_and_no_more(sounds: int, wants: list[Want]) -> None:
    least = needed(sounds, wants, POLICY)

    assert all(share > 0 for share in shares(least + 1e-6, sounds, wants, POLICY).values())
    if wants:
        assert 0 in shares(least - 1, sounds, wants, POLICY).values()


def test_losses_shrink_a_budget_and_use_lets_it_grow() -> None:
    budget = Budget(4000)

    assert budget.observe(estimate=None, loss=0.4, carried=1000, delay_s=0) == 800
    assert budget.observe(estimate=None, loss=0.05, carried=800, delay_s=0) == 800
    grown = budget.observe(estimate=None, loss=0, carried=800, delay_s=0)
    assert grown == pytest.approx(800 * 1.08**PERIOD_S)
    for _ in range(100):
        budget.observe(estimate=None, loss=0, carried=4000, delay_s=0)
    assert budget.kbps == 4000


def test_a_calm_picture_is_not_taken_for_a_slow_line() -> None:
    budget = Budget(4000)

    assert budget.observe(estimate=110, loss=0, carried=100, delay_s=0.02) == 4000
    assert budget.observe(estimate=110, loss=0, carried=104, delay_s=0.3) == 110
    assert budget.observe(estimate=110, loss=0, carried=20, delay_s=0) == 110
    assert budget.observe(estimate=110, loss=0, carried=300, delay_s=0) == 300


def test_a_starving_picture_closes_and_is_tried_after_growing_pauses() -> None:
    valve = Valve(POLICY)
    opened, closed = [], []
    for tick in range(0, 120, 2):
        was = valve.open
        if valve.update(fed=False, now=float(tick)):
            opened.append(tick)
        if was and not valve.open:
            closed.append(tick)

    assert closed == [6, 22, 46, 86]
    assert opened == [14, 38, 78]


def test_a_picture_that_is_fed_long_enough_is_forgiven() -> None:
    valve = Valve(POLICY)
    for tick in range(0, 16, 2):
        valve.update(fed=False, now=float(tick))
    for tick in range(16, 100, 2):
        valve.update(fed=True, now=float(tick))
    for tick in range(100, 108, 2):
        valve.update(fed=False, now=float(tick))
    assert not valve.open

    assert valve.update(fed=True, now=106.0 + POLICY.first_pause)
    assert valve.open


def test_a_publisher_follows_the_weakest_line_down_at_once_and_up_slowly() -> None:
    assert limit([2000, 900, 1200], "host", 1500, POLICY) == 900
    assert limit([10], "host", 900, POLICY) == POLICY.host_floor
    assert limit([2000], "host", 400, POLICY) == 500
    assert limit([2000], "host", 1400, POLICY) == POLICY.host_ceiling
    assert limit([], "room", 300, POLICY) == 300
