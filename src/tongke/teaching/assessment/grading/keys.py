"""The author's side of marking: what counts as right, checked when the item is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tongke.teaching.assessment.grading.numbers import Quantity, Unreadable, read_quantity
from tongke.teaching.assessment.grading.text import narrow, plain

LETTERS = "ABCDEFGHIJ"
TRUE_WORDS = frozenset(
    {"对", "√", "✓", "✔", "☑", "正确", "是", "是的", "t", "true", "y", "yes", "v", "1"}
)
FALSE_WORDS = frozenset(
    {
        "错",
        "×",
        "✗",
        "✘",
        "☒",
        "x",
        "错误",
        "否",
        "不对",
        "不是",
        "不正确",
        "非",
        "f",
        "false",
        "n",
        "no",
        "0",
    }
)


class Kind(StrEnum):
    """The kinds of objective item."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    NUMBER = "number"
    BLANK = "blank"


class Partial(StrEnum):
    """What an incomplete choice of several is worth; a wrong choice beside it is always worth 0.

    NONE: only all of them count. HALF: some of them, and no wrong one, are half. SHARE: every
    right one is an equal part.
    """

    NONE = "none"
    HALF = "half"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Key:
    """What is right. Make it with `key_of`, which checks it.

    Args:
        kind: the kind of item.
        accepted: letters of the right options, or "T"/"F", or the accepted texts.
        options: number of options shown, for single and multiple.
        number: the right number, for number.
        tolerance: largest difference that is still right, in the number's unit.
        unit_required: whether a number without its unit is wrong.
        partial: rule for incomplete multiple choices.
        keep_case: whether case counts in a blank.
        keep_punctuation: whether punctuation counts in a blank.
    """

    kind: Kind
    accepted: tuple[str, ...]
    options: int = 0
    number: Quantity | None = None
    tolerance: Fraction = Fraction(0)
    unit_required: bool = False
    partial: Partial = Partial.NONE
    keep_case: bool = False
    keep_punctuation: bool = False


def key_of(
    kind: str,
    answer: object,
    *,
    options: int = 4,
    tolerance: Decimal | str | int = 0,
    unit_required: bool = False,
    partial: str = Partial.NONE,
    keep_case: bool = False,
    keep_punctuation: bool = False,
) -> Key:
    """The key from an item's stored answer, or a sentence on what is wrong with it.

    Args:
        kind: one of `Kind`.
        answer: letters ("AC" or a list) for choices; 对 or 错 or a bool for true_false; a
            number's text with its unit ("3.5厘米") for number; one or several accepted texts
            for blank.
        options: number of options shown, up to ten.
        tolerance: see `Key`.
        unit_required: see `Key`.
        partial: one of `Partial`.
        keep_case: see `Key`.
        keep_punctuation: see `Key`.

    Raises:
        ValueError: with a Chinese sentence for the author.
    """
    parts = _texts(answer)
    if not parts:
        raise ValueError("还没有写答案。")
    if kind not in set(Kind):
        raise ValueError(f"没有“{kind}”这种题型。")
    match Kind(kind):
        case Kind.SINGLE | Kind.MULTIPLE as choice:
            letters = _letters(parts, options, single=choice is Kind.SINGLE)
            return Key(choice, letters, options=options, partial=Partial(partial))
        case Kind.TRUE_FALSE:
            verdict = truth(parts[0]) if len(parts) == 1 else None
            if verdict is None:
                raise ValueError("判断题的答案要写“对”或“错”。")
            return Key(Kind.TRUE_FALSE, ("T" if verdict else "F",))
        case Kind.NUMBER:
            number, allowed = _number(parts, tolerance)
            if unit_required and not number.unit:
                raise ValueError("要求写单位的题，答案里也要有单位。")
            return Key(
                Kind.NUMBER,
                tuple(parts),
                number=number,
                tolerance=allowed,
                unit_required=unit_required,
            )
        case Kind.BLANK:
            made = [
                plain(one, keep_case=keep_case, keep_punctuation=keep_punctuation) for one in parts
            ]
            if not all(made):
                raise ValueError("填空题的答案不能只有标点。")
            return Key(
                Kind.BLANK,
                tuple(dict.fromkeys(made)),
                keep_case=keep_case,
                keep_punctuation=keep_punctuation,
            )


def truth(text: str) -> bool | None:
    """Whether a text says true or false; None when it says neither."""
    word = plain(text)
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    return None


def _texts(answer: object) -> list[str]:
    if isinstance(answer, bool):
        return ["对" if answer else "错"]
    if isinstance(answer, str | int | Decimal):
        return [text] if (text := str(answer).strip()) else []
    if isinstance(answer, Sequence):
        return [str(part).strip() for part in answer if str(part).strip()]
    return []


def _letters(parts: list[str], options: int, *, single: bool) -> tuple[str, ...]:
    if not 2 <= options <= len(LETTERS):
        raise ValueError("选项要有2到10个。")
    letters = [sign for sign in narrow("".join(parts)).upper() if sign not in " ,.;"]
    if any(letter not in LETTERS[:options] for letter in letters):
        raise ValueError(f"答案要写选项的字母，A到{LETTERS[options - 1]}。")
    if len(set(letters)) != len(letters) or (single and len(letters) > 1):
        raise ValueError("答案的字母重复，或单选题写了不止一个。")
    return tuple(sorted(letters))


def _number(parts: list[str], tolerance: Decimal | str | int) -> tuple[Quantity, Fraction]:
    if len(parts) > 1:
        raise ValueError("数字题只能有一个答案。")
    try:
        number = read_quantity(parts[0])
    except Unreadable as wrong:
        raise ValueError(f"答案不是一个数：{wrong}") from wrong
    try:
        allowed = Fraction(tolerance)
    except (ValueError, ZeroDivisionError, OverflowError) as wrong:
        raise ValueError("允许误差要写一个数。") from wrong
    if allowed < 0:
        raise ValueError("允许误差不能小于0。")
    return number, allowed
