"""How invented pupils answer: by what they can, how hard it is, and a little luck.

Pure. A logistic item response model with guessing: good enough to give every page different
children, weak and strong key points, and slow progress over a term.
"""

import math
import random
from collections.abc import Sequence
from functools import cache

from demo import names

_GUESS = {"single": 0.22, "true_false": 0.4, "multiple": 0.05, "number": 0.02, "blank": 0.05}
_PER_WEEK = 0.03
_LETTERS = "ABCDEF"
_KNOWN = {"苏小禾": -0.9}


@cache
def ability(number: str, name: str = "") -> float:
    """What a pupil can, in standard deviations; by the pupil's number, or known of the cast."""
    return _KNOWN.get(name) or names.lot("ability", number).gauss(0.2, 1.0)


@cache
def hardness(point: str) -> float:
    """How hard a key point is for everybody, in the same measure; by its code."""
    return names.lot("point", point).gauss(0.1, 0.9)


def chance_right(own: float, point: str, kind: str, difficulty: int, week: int) -> float:
    """The chance in [0, 1] that a pupil answers an item right.

    Args:
        own: the pupil's `ability`.
        difficulty: 1 easy to 5 hard.
        week: teaching week; everybody grows a little.

    Example:
        >>> easy = chance_right(0.0, "MU5A-1-1", "single", 1, 1)
        >>> hard = chance_right(0.0, "MU5A-1-1", "single", 5, 1)
        >>> 0.22 < hard < easy < 1
        True
    """
    own += _PER_WEEK * week
    burden = hardness(point) + 0.55 * (difficulty - 3) - 0.4
    knows = 1 / (1 + math.exp(-1.5 * (own - burden)))
    guess = _GUESS.get(kind, 0.2)
    return guess + (1 - guess) * knows


def given_answer(
    kind: str, right: Sequence[str], options: int, *, knows: bool, chance: random.Random
) -> list[str]:
    """What a pupil writes: the right answer, or one of the usual wrong ones."""
    if knows:
        return list(right) if kind == "multiple" else [right[0]]
    match kind:
        case "single":
            wrong = [each for each in _LETTERS[:options] if each not in right]
            return [chance.choice(wrong)]
        case "multiple":
            missing = chance.choice(list(right))
            return [each for each in right if each != missing] or [_LETTERS[options - 1]]
        case "true_false":
            return ["错" if right[0] == "对" else "对"]
        case "number":
            return [_off(right[0], chance)]
        case _:
            return [chance.choice(("不会", "想不起来", "忘了"))]


def _off(number: str, chance: random.Random) -> str:
    """A number near the right one: a slip of counting or of the decimal point."""
    try:
        value = float(number)
    except ValueError:
        return "0"
    slips = (value + 1, value - 1, value * 10, value / 10, value * 2)
    return f"{chance.choice(slips):g}"
