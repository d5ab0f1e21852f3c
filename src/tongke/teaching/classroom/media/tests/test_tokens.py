"""Tokens permit one person, one room, one time."""

from dataclasses import replace

import pytest

from tongke.teaching.classroom.media.tokens import BadToken, Grant, admin_key, mint, verify

SECRET = b"s" * 32
NOON = 1_800_000_000.0
GRANT = Grant("lesson-7", "hill", "room", "山口教学点 一年级", "auto", NOON, NOON + 60)


def test_a_token_carries_its_grant() -> None:
    token = mint(GRANT, SECRET)

    assert verify(token, SECRET, room="lesson-7", now=NOON + 59) == GRANT
    assert len(token) < 400


@pytest.mark.parametrize(
    ("room", "now", "why"),
    [("lesson-8", NOON, "another room"), ("lesson-7", NOON + 60, "expired")],
)
def test_a_token_is_worth_nothing_elsewhere_or_later(room: str, now: float, why: str) -> None:
    with pytest.raises(BadToken, match=why):
        verify(mint(GRANT, SECRET), SECRET, room=room, now=now)


@pytest.mark.parametrize("forged", ["", "x", "a.b", "a.b.c", "é.é", "e30.e30"])
def test_nonsense_is_refused(forged: str) -> None:
    with pytest.raises(BadToken):
        verify(forged, SECRET, room="lesson-7", now=NOON)


def test_a_changed_grant_or_another_secret_is_refused() -> None:
    host = mint(replace(GRANT, role="host"), b"t" * 32)
    body, _ = host.split(".")
    _, signature = mint(GRANT, SECRET).split(".")

    for forged in (host, f"{body}.{signature}"):
        with pytest.raises(BadToken, match="forged"):
            verify(forged, SECRET, room="lesson-7", now=NOON)


def test_the_administration_key_is_no_join_token_and_short_secrets_are_refused() -> None:
    assert admin_key(SECRET) not in mint(GRANT, SECRET)
    with pytest.raises(ValueError, match="32 bytes"):
        mint(GRANT, b"short")
