"""The nouns of mastery: observations, priors, parameters, and the estimates made of them.

Abilities and difficulties are logits on one scale: a pupil meets an item of their own ability
with even odds. The reference item has difficulty 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import exp, log, sqrt
from types import MappingProxyType

# Chance of a right answer without knowing, by item kind (four options, three answers to choose).
_GUESS = MappingProxyType(
    {"single": 0.25, "true_false": 0.5, "multiple": 0.1, "number": 0.0, "blank": 0.0}
)
# A normal spread of abilities flattens a logistic curve by this factor of its variance.
_FLATTENING = 0.346
# A share of right answers nearer to 0 or 1 than this says "very hard" or "very easy", no more.
_CLEAR = 0.02
_LEVEL_LOGIT = 0.8

VERSION = "1"
"""Changes whenever the same answers would give another estimate."""


class State(StrEnum):
    """What a pupil and a teacher are told; the value is the text on the screen."""

    FEW = "题少"
    STARTING = "刚开始"
    NEARLY = "快会了"
    MASTERED = "会了"


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer of one pupil to one item of the key point.

    Args:
        item: the item's key; answers to one item count as one towards `Params.min_items`.
        score: share of the item's points in [0, 1]; 1 is right, 0 is wrong.
        at: when it was answered.
        kind: the item's kind, for the chance of guessing; unknown kinds cannot be guessed.
        difficulty: logit of the item, see `difficulty`; 0 when nothing is known of it.
        weight: how much the answer counts, in [0, 1]: less than 1 for a second try, or when
            the item tests several points.
    """

    item: str
    score: float
    at: datetime
    kind: str = "number"
    difficulty: float = 0.0
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.score <= 1 and 0 <= self.weight <= 1):
            raise ValueError("score and weight are shares in [0, 1]")
        if not -20 <= self.difficulty <= 20:
            raise ValueError("a difficulty is a logit within 20 of zero")


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a pupil's logit on a point before its evidence: mean and deviation."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (self.sd > 0 and abs(self.mean) < 100):
            raise ValueError("a prior has a finite mean and a deviation above zero")


@dataclass(frozen=True, slots=True)
class Params:
    """Settings of the estimate. Both spreads and the slip are those that bench/learning found.

    Args:
        population_mean: logit of the average pupil; 0.7 is two thirds right on reference items.
        population_sd: spread between pupils.
        point_sd: spread between the points of one pupil.
        slip: chance of a wrong answer in spite of knowing.
        guess: chance of a right answer without knowing, by item kind.
        half_life_days: after how many days an answer counts half; None for never.
        nearly: mean from which a point is 快会了 (below it: 刚开始).
        mastered: mean from which it is 会了, if the interval's lower end reaches `nearly`.
        min_items: items needed before a number is given.
        coverage: probability of the interval.
    """

    population_mean: float = 0.7
    population_sd: float = 0.6
    point_sd: float = 0.6
    slip: float = 0.04
    guess: Mapping[str, float] = field(default_factory=lambda: _GUESS)
    half_life_days: float | None = 90.0
    nearly: float = 0.6
    mastered: float = 0.8
    min_items: int = 2
    coverage: float = 0.8

    def __post_init__(self) -> None:
        if not (0 < self.coverage < 1 and 0 <= self.nearly <= self.mastered <= 1):
            raise ValueError("thresholds and coverage are shares, and nearly comes before mastered")
        if self.population_sd <= 0 or self.point_sd <= 0:
            raise ValueError("a deviation is above zero")
        if self.half_life_days is not None and self.half_life_days <= 0:
            raise ValueError("a half life is above zero days")
        if any(not 0 <= guess < 1 - self.slip for guess in self.guess.values()) or self.slip < 0:
            raise ValueError("guess and slip leave no room for knowing")

    def decay(self, since: datetime, at: datetime) -> float:
        """How much of an answer's weight is left; 1 for answers of the future's edge or now."""
        days = (at - since).total_seconds() / 86400
        if self.half_life_days is None or days <= 0:
            return 1.0
        return float(0.5 ** (days / self.half_life_days))

    def population(self) -> Prior:
        """The belief about a pupil of whom nothing is known."""
        return Prior(self.population_mean, sqrt(self.population_sd**2 + self.point_sd**2))


@dataclass(frozen=True, slots=True)
class Regrade:
    """A teacher's correction of one answer: another score, or None to leave it out (改判)."""

    item: str
    score: float | None
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a correction needs its reason")


@dataclass(frozen=True, slots=True)
class Pin:
    """A teacher's own judgement of the state, which stands until it is withdrawn."""

    state: State
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a judgement needs its reason")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of one pupil on one key point.

    Args:
        mean: probability of a right answer on the reference item; None while items are few.
        low: lower end of the interval; None as above.
        high: upper end.
        items: different items answered.
        effective_n: answers that cannot be guessed and are of today, worth the same evidence.
        state: what to show; the teacher's when pinned.
        reason: the teacher's reason when pinned, else empty.
        posterior: the belief in logits. For further computing, never for the screen.
    """

    mean: float | None
    low: float | None
    high: float | None
    items: int
    effective_n: float
    state: State
    reason: str
    posterior: Prior

    @property
    def pinned(self) -> bool:
        """Whether a teacher's judgement stands in for the estimate."""
        return bool(self.reason)

    @property
    def text(self) -> str:
        """How the estimate came about, in one sentence for the teacher."""
        if self.pinned:
            return f"教师判定为“{self.state}”，理由：{self.reason}"
        if self.mean is None or self.low is None or self.high is None:
            return f"只做过{self.items}道题，还不能估计。"
        return (
            f"根据{self.items}道题估计，遇到一道中等难度的题，答对的可能约{self.mean:.0%}，"
            f"把握范围{self.low:.0%}到{self.high:.0%}。"
        )


def level_difficulty(level: int) -> float:
    """The logit of an author's level from 1 (easy) to 5 (hard); 3 is the reference item."""
    return (min(max(level, 1), 5) - 3) * _LEVEL_LOGIT


def difficulty(
    right: float, answered: float, params: Params, *, kind: str = "number", shrink: float = 10.0
) -> float:
    """An item's logit from how many pupils solved it.

    The share is drawn towards the average item's by `shrink` imaginary answers, freed of guessing
    and slipping, and widened because pupils differ.

    Args:
        right: answers that were right, or the sum of their scores.
        answered: all answers.
        params: settings; the average pupil solves the average item as their means say.
        kind: the item's kind.
        shrink: imaginary answers at the average; above zero.

    Raises:
        ValueError: more right answers than answers, or a negative number.
    """
    if not 0 <= right <= answered or shrink <= 0:
        raise ValueError("right answers are a part of all answers")
    guess = params.guess.get(kind, 0.0)
    span = 1 - guess - params.slip
    flat = sqrt(1 + _FLATTENING * params.population().sd ** 2)
    average = guess + span / (1 + exp(-params.population_mean / flat))
    share = (right + shrink * average) / (answered + shrink)
    net = min(max((share - guess) / span, _CLEAR), 1 - _CLEAR)
    return params.population_mean - flat * log(net / (1 - net))
