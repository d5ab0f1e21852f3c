"""Sealed text comes back, and only with its key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongke.core.sealing import blind, seal, sm3, unseal


def test_sm3_of_the_standard() -> None:
    # GB/T 32905-2016, appendix A.1
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abc") == expected


@given(st.text(max_size=60))
def test_a_sealed_text_comes_back(text: str) -> None:
    sealed = seal(text)

    assert unseal(sealed) == text
    assert not text or text not in sealed or len(text) < 3


def test_a_changed_or_foreign_value_is_refused() -> None:
    sealed = seal("99000020150301001X")

    with pytest.raises(ValueError, match="changed"):
        unseal(sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"))
    with pytest.raises(ValueError, match="not a sealed"):
        unseal("plain")
    with pytest.raises(ValueError, match="no field key"):
        unseal(sealed.replace("sm4:1:", "sm4:9:"))


def test_a_blind_index_finds_equal_texts_only() -> None:
    assert blind(" 12x ") == blind("12X")
    assert blind("12x") != blind("12y")
    assert blind("") == ""
