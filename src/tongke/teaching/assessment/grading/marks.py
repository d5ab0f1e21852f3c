"""Marking one response against a key, with a reason that may be shown to the pupil.

Reasons never name the right answer: they are stored with the mark, and a pupil may read them
before the class has handed in.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from math import isfinite

from tongke.teaching.assessment.grading.keys import LETTERS, Key, Kind, Partial, truth
from tongke.teaching.assessment.grading.numbers import Quantity, Unreadable, read_quantity
from tongke.teaching.assessment.grading.text import narrow, plain

_LONGEST = 2000
_CHOICE_WORDS = re.compile(r"答案|选项|我选|选择|选|答|是|为|[\s,.;:()\[\]和与、]")


@dataclass(frozen=True, slots=True)
class Mark:
    """The result of marking.

    Args:
        points: points given, from 0 to the item's full points.
        correct: whether the whole answer is right; None when there was no answer to judge.
        reason: a sentence for the pupil.
        normalised: the answer as it was understood; empty when it was not.
        share: points in relation to the full points, in [0, 1].
    """

    points: Decimal
    correct: bool | None
    reason: str
    normalised: str
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class _Verdict:
    share: Fraction
    correct: bool | None
    reason: str
    normalised: str = ""


def mark(
    key: Key, response: object, points: Decimal | int, *, step: Decimal = Decimal("0.5")
) -> Mark:
    """Mark a response. Never raises on what a pupil sends, whatever it is.

    Args:
        key: what is right.
        response: text, a list of texts (choices), a bool, a number, or None.
        points: the item's full points, zero or more.
        step: partial points are rounded down to a multiple of this.

    Returns:
        The mark. Full points exactly when `correct`; an empty or unreadable answer has
        `correct` None, 0 points, and a reason that says so.
    """
    full = Decimal(points)
    verdict = _verdict(key, response)
    given = full
    if verdict.share < 1:
        part = full * verdict.share.numerator / verdict.share.denominator
        given = (part / step).to_integral_value(ROUND_DOWN) * step
    share = float(given / full) if full else float(verdict.share)
    return Mark(given, verdict.correct, verdict.reason, verdict.normalised, share)


def _verdict(key: Key, response: object) -> _Verdict:
    text = _text(response)
    if text is None:
        return _unread("这不是一个可以批改的答案。")
    if len(text) > _LONGEST:
        return _unread("答案太长，没有批改。")
    if not narrow(text):
        return _Verdict(Fraction(0), None, "没有作答。")
    match key.kind:
        case Kind.SINGLE:
            return _single(key, text)
        case Kind.MULTIPLE:
            return _multiple(key, text)
        case Kind.TRUE_FALSE:
            return _true_false(key, text)
        case Kind.NUMBER:
            return _number(key, text)
        case Kind.BLANK:
            return _blank(key, text)


def _single(key: Key, text: str) -> _Verdict:
    letters = _chosen(key, text)
    if not letters:
        return _unread("没有看到选项的字母。")
    if len(letters) > 1:
        return _wrong("单选题只能选一个。", "".join(letters))
    return _judged(letters[0], right=tuple(letters) == key.accepted)


def _multiple(key: Key, text: str) -> _Verdict:
    letters = _chosen(key, text)
    if not letters:
        return _unread("没有看到选项的字母。")
    said, chosen, right = "".join(letters), set(letters), set(key.accepted)
    if chosen == right:
        return _right(said)
    if chosen - right:
        return _wrong("选了不该选的。", said)
    missing = len(right - chosen)
    share = {
        Partial.NONE: Fraction(0),
        Partial.HALF: Fraction(1, 2),
        Partial.SHARE: Fraction(len(chosen), len(right)),
    }[key.partial]
    worth = "，得部分分" if share else "，不得分"
    return _Verdict(
        share, correct=False, reason=f"选的都对，还少选了{missing}个{worth}。", normalised=said
    )


def _true_false(key: Key, text: str) -> _Verdict:
    verdict = truth(text)
    if verdict is None:
        return _unread("没有看出是“对”还是“错”。")
    right = key.accepted == ("T" if verdict else "F",)
    return _judged("对" if verdict else "错", right=right)


def _number(key: Key, text: str) -> _Verdict:
    assert key.number is not None
    try:
        found = read_quantity(text)
    except Unreadable as wrong:
        return _unread(str(wrong))
    if not found.unit and key.unit_required:
        same = found.within(key.number, key.tolerance)
        return _wrong("数对了，没有写单位。" if same else "答案不对。", found.text)
    same = found.within(key.number, key.tolerance)
    if same is None:
        return _wrong("单位不对。", found.text)
    if same and found.unit and key.number.unit and found.unit != key.number.unit:
        return _right(found.text, "回答正确，换算单位后相等。")
    if same and not _exact(found, key.number):
        return _right(found.text, "回答正确，在允许误差之内。")
    return _judged(found.text, right=same)


def _blank(key: Key, text: str) -> _Verdict:
    found = plain(text, keep_case=key.keep_case, keep_punctuation=key.keep_punctuation)
    if not found:
        return _unread("只看到标点，没有看到答案。")
    return _judged(found, right=found in key.accepted)


def _chosen(key: Key, text: str) -> list[str]:
    """The letters chosen, in order, each once; empty when anything else is left over."""
    rest = _CHOICE_WORDS.sub("", narrow(text)).upper()
    allowed = LETTERS[: key.options]
    return sorted(set(rest)) if rest and all(sign in allowed for sign in rest) else []


def _text(response: object) -> str | None:
    """The response as text; None when it is of no kind that a page sends."""
    if response is None:
        return ""
    if isinstance(response, bool):
        return "对" if response else "错"
    if isinstance(response, str):
        return response
    if isinstance(response, int):
        return str(response) if abs(response) < 10**15 else None
    if isinstance(response, float | Decimal):
        return f"{response:f}"[:_LONGEST] if isfinite(response) else None
    if isinstance(response, list | tuple) and len(response) <= len(LETTERS):
        parts = [part for part in response if isinstance(part, str)]
        return ",".join(parts) if len(parts) == len(response) else None
    return None


def _exact(one: Quantity, other: Quantity) -> bool:
    return bool(one.within(other, Fraction(0)))


def _judged(said: str, *, right: bool) -> _Verdict:
    return _right(said) if right else _wrong("答案不对。", said)


def _right(said: str, reason: str = "回答正确。") -> _Verdict:
    return _Verdict(Fraction(1), correct=True, reason=reason, normalised=said)


def _wrong(reason: str, said: str) -> _Verdict:
    return _Verdict(Fraction(0), correct=False, reason=reason, normalised=said)


def _unread(reason: str) -> _Verdict:
    return _Verdict(Fraction(0), None, f"{reason}请老师看一看。")
