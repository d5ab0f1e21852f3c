"""Estimates of mastery: one at a time, online, or a whole class at once.

Two levels: a pupil has an overall mean, their points scatter about it, and each point's answers
speak of that point. The prior of a point is what the pupil's *other* points say.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tongke.engines.learning.mastery import quadrature as q
from tongke.engines.learning.mastery.model import (
    Estimate,
    Observation,
    Params,
    Pin,
    Prior,
    Regrade,
    State,
)
from tongke.engines.learning.mastery.quadrature import Rows

Pupil = TypeVar("Pupil", bound=Hashable)
Point = TypeVar("Point", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a pupil's answers say of one point, kept up answer by answer.

    It can be stored and continued, and the order of additions does not matter: a late answer is
    weighed by its own time.

    Args:
        log_likelihood: at the nodes of the grid; shape (nodes,).
        items: keys of the items answered.
        effective_n: weight of the answers, less for those that can be guessed.
        at: the time to which forgetting has been counted.
    """

    log_likelihood: Rows
    items: frozenset[str]
    effective_n: float
    at: datetime

    @classmethod
    def none(cls, at: datetime) -> "Evidence":
        """The evidence before the first answer."""
        return cls(np.zeros_like(q.GRID), frozenset(), 0.0, at)

    def add(self, observations: Sequence[Observation], params: Params) -> "Evidence":
        """The evidence with these answers as well."""
        if not observations:
            return self
        here = self.aged(max(self.at, *(one.at for one in observations)), params)
        rows, counts = _rows(observations, params, here.at)
        return Evidence(
            here.log_likelihood + rows.sum(axis=0),
            here.items | {one.item for one in observations},
            here.effective_n + float(counts.sum()),
            here.at,
        )

    def aged(self, at: datetime, params: Params) -> "Evidence":
        """The evidence as it counts at a later time; an earlier one changes nothing."""
        if at <= self.at:
            return self
        left = params.decay(self.at, at)
        return Evidence(self.log_likelihood * left, self.items, self.effective_n * left, at)


def estimate(
    observations: Sequence[Observation],
    prior: Prior,
    params: Params,
    at: datetime,
    *,
    pin: Pin | None = None,
) -> Estimate:
    """Mastery of one point by one pupil, as of a time.

    Args:
        observations: the pupil's answers on the point, in any order; later ones than `at` are
            left out.
        prior: what is believed without them: `pupil_prior`, or `params.population()`.
        params: settings.
        at: the time of the estimate.
        pin: the teacher's judgement, if there is one.

    Returns:
        The estimate; without a number while fewer than `params.min_items` items are answered.
    """
    known = [one for one in observations if one.at <= at]
    evidence = Evidence.none(at).add(known, params)
    return _estimates([evidence], [prior], params, [_standing(pin, at)])[0]


def estimate_many(
    observations: Mapping[tuple[Pupil, Point], Sequence[Observation]],
    params: Params,
    at: datetime,
    *,
    pins: Mapping[tuple[Pupil, Point], Pin] | None = None,
) -> dict[tuple[Pupil, Point], Estimate]:
    """Mastery of many points by many pupils, each with the prior from the pupil's other points.

    Args:
        observations: answers by pupil and point of one subject; a pair without answers gets an
            estimate too.
        params: settings.
        at: the time of the estimates; later answers are left out.
        pins: teachers' judgements.

    Returns:
        One estimate per pair, the same as `estimate` gives with `pupil_prior`.
    """
    pairs = list(observations)
    if not pairs:
        return {}
    flat = [
        (row, one) for row, pair in enumerate(pairs) for one in observations[pair] if one.at <= at
    ]
    likelihood, counts = np.zeros((len(pairs), len(q.GRID))), np.zeros(len(pairs))
    if flat:
        rows, each = _rows([one for _, one in flat], params, at)
        index = np.array([row for row, _ in flat])
        np.add.at(likelihood, index, rows)
        np.add.at(counts, index, each)
    items: list[set[str]] = [set() for _ in pairs]
    for row, one in flat:
        items[row].add(one.item)
    numbers: dict[Pupil, int] = {}
    owner = np.array([numbers.setdefault(pupil, len(numbers)) for pupil, _ in pairs])
    priors = _priors(likelihood, owner, params)
    evidence = [
        Evidence(likelihood[row], frozenset(items[row]), float(counts[row]), at)
        for row in range(len(pairs))
    ]
    standing = [_standing((pins or {}).get(pair), at) for pair in pairs]
    return dict(zip(pairs, _estimates(evidence, priors, params, standing), strict=True))


def pupil_prior(others: Iterable[Evidence], params: Params, at: datetime) -> Prior:
    """What a pupil's other points lead one to expect of a point; the population if there are none.

    Args:
        others: evidence on the pupil's other points of the subject.
        params: settings.
        at: the time to which forgetting counts.
    """
    likelihoods = [one.aged(at, params).log_likelihood for one in others]
    rows = np.array([*likelihoods, np.zeros_like(q.GRID)])
    return _priors(rows, np.zeros(len(rows), dtype=np.int64), params)[-1]


def lean_on(prior: Prior, prerequisites: Iterable[Prior], link_sd: float) -> Prior:
    """A prior drawn towards what is known of the point's prerequisites.

    Optional: no public data set has shown a benefit yet. `link_sd` is how far, in logits, a point
    usually lies from its prerequisite; the larger, the weaker the pull.
    """
    precision = prior.sd**-2
    total = prior.mean * precision
    for one in prerequisites:
        share = 1 / (one.sd**2 + link_sd**2)
        precision, total = precision + share, total + share * one.mean
    return Prior(total / precision, float(precision**-0.5))


def corrected(
    observations: Iterable[Observation], regrades: Iterable[Regrade], at: datetime
) -> list[Observation]:
    """The answers with the teacher's corrections up to `at` in place of the scores they replace."""
    latest: dict[str, Regrade] = {}
    for regrade in sorted(regrades, key=lambda one: one.at):
        if regrade.at <= at:
            latest[regrade.item] = regrade
    kept: list[Observation] = []
    for one in observations:
        change = latest.get(one.item)
        if change is None:
            kept.append(one)
        elif change.score is not None:
            kept.append(replace(one, score=change.score))
    return kept


def _rows(observations: Sequence[Observation], params: Params, at: datetime) -> tuple[Rows, Rows]:
    """Log likelihood rows of answers as they count at a time, and what each counts for."""
    guess = np.array([params.guess.get(one.kind, 0.0) for one in observations])
    weight = np.array([one.weight * params.decay(one.at, at) for one in observations])
    right = q.response(np.array([one.difficulty for one in observations]), guess, params.slip)
    score = np.array([one.score for one in observations])
    return q.log_likelihood(score, weight, right), weight * (1 - guess)


@lru_cache(maxsize=32)
def _kernel(point_sd: float) -> Rows:
    return q.spread(point_sd)


def _priors(likelihood: Rows, owner: NDArray[np.int64], params: Params) -> list[Prior]:
    """The prior of each row from the other rows of its owner."""
    kernel = _kernel(params.point_sd)
    means = q.blurred(likelihood, kernel)
    start = q.normal(np.array([params.population_mean]), np.array([params.population_sd]))
    totals = np.zeros((int(owner.max()) + 1, len(q.GRID))) + start
    np.add.at(totals, owner, means)
    overall = q.weights(totals[owner] - means)
    mean, sd = q.moments(overall @ kernel.T)
    return [Prior(float(one), float(two)) for one, two in zip(mean, sd, strict=True)]


def _estimates(
    evidence: Sequence[Evidence],
    priors: Sequence[Prior],
    params: Params,
    pins: Sequence[Pin | None],
) -> list[Estimate]:
    start = q.normal(np.array([one.mean for one in priors]), np.array([one.sd for one in priors]))
    posterior = q.weights(start + np.array([one.log_likelihood for one in evidence]))
    tail = (1 - params.coverage) / 2
    shown = posterior @ q.sigmoid(q.GRID)
    low = q.sigmoid(q.quantile(posterior, tail))
    high = q.sigmoid(q.quantile(posterior, 1 - tail))
    mean, sd = q.moments(posterior)
    found: list[Estimate] = []
    for row, (one, pin) in enumerate(zip(evidence, pins, strict=True)):
        enough = len(one.items) >= params.min_items
        number = float(shown[row]), float(low[row]), float(high[row])
        state = _state(*number[:2], params) if enough else State.FEW
        found.append(
            Estimate(
                mean=number[0] if enough else None,
                low=number[1] if enough else None,
                high=number[2] if enough else None,
                items=len(one.items),
                effective_n=one.effective_n,
                state=pin.state if pin else state,
                reason=pin.reason if pin else "",
                posterior=Prior(float(mean[row]), float(sd[row])),
            )
        )
    return found


def _state(mean: float, low: float, params: Params) -> State:
    if mean < params.nearly:
        return State.STARTING
    if mean < params.mastered or low < params.nearly:
        return State.NEARLY
    return State.MASTERED


def _standing(pin: Pin | None, at: datetime) -> Pin | None:
    """The judgement if it had been given by then."""
    return pin if pin and pin.at <= at else None
