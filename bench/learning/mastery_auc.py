"""How well mastery predicts the next answer, beside item means and PFA, on ASSISTments 2009.

    PYTHONPATH=src python bench/learning/mastery_auc.py [--data FOLDER] [--pupils N]

The data stay outside the project (`../shared/data/kt`, or TONGKE_KT_DATA). Two protocols, never
to be mixed: *frozen* takes every parameter and item difficulty from the training pupils;
*prequential* also lets item difficulties go on learning from the test pupils' earlier answers.
In both, a pupil's own earlier answers are known when the next one is predicted.
"""

import argparse
import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tongke.engines.learning.mastery import Params, quadrature

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[2]
HALF_LIVES: tuple[float | None, ...] = (None, 40.0, 20.0, 10.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of the data: no clock, only the order within a pupil."""

    pupil: str
    item: str
    point: str
    right: int


def data_folder() -> Path:
    """Where the published split of the data set lies, if it is on this machine."""
    named = os.environ.get("TONGKE_KT_DATA")
    return (Path(named) if named else ROOT.parent / "shared" / "data" / "kt") / "assistments09"


def load(folder: Path, part: str) -> dict[str, list[Answer]]:
    """The answers of the `train` or `test` pupils, by pupil, in their order."""
    pupils: dict[str, list[Answer]] = defaultdict(list)
    with (folder / f"preprocessed_data_{part}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            answer = Answer(row["user_id"], row["item_id"], row["skill_id"], int(row["correct"]))
            pupils[answer.pupil].append(answer)
    return dict(pupils)


def auc(right: Sequence[int], predicted: Sequence[float]) -> float:
    """Area under the curve: the chance that a right answer was given the higher prediction."""
    truth, score = np.asarray(right), np.asarray(predicted)
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    positive = int(truth.sum())
    negative = len(truth) - positive
    return float((rank[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def log_loss(right: Sequence[int], predicted: Sequence[float]) -> float:
    """Mean negative log likelihood, natural logarithm."""
    truth, score = np.asarray(right), np.clip(np.asarray(predicted), 1e-6, 1 - 1e-6)
    return float(-np.mean(truth * np.log(score) + (1 - truth) * np.log(1 - score)))


def calibration_error(right: Sequence[int], predicted: Sequence[float], bins: int = 10) -> float:
    """Mean distance of predicted from observed shares over equally wide bins, by their size."""
    truth, score = np.asarray(right, dtype=np.float64), np.asarray(predicted)
    index = np.minimum((score * bins).astype(int), bins - 1)
    gaps = [abs(float((truth - score)[index == one].sum())) for one in range(bins)]
    return sum(gaps) / len(truth)


class Difficulties:
    """Item difficulties from right and answered counts, drawn to the mean of the item's point."""

    def __init__(self, params: Params, shrink: float = 5.0) -> None:
        self.params, self.shrink = params, shrink
        self.items: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.points: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.total = [0.0, 0.0]

    def learn(self, answer: Answer) -> None:
        """Count one answer."""
        for counts in (self.items[answer.item], self.points[answer.point], self.total):
            counts[0] += answer.right
            counts[1] += 1

    def share(self, answer: Answer) -> float:
        """Expected share of right answers of the item over all pupils."""
        average = (self.total[0] + 1) / (self.total[1] + 2)
        right, count = self.points.get(answer.point, (0.0, 0.0))
        point = (right + 20 * average) / (count + 20)
        right, count = self.items.get(answer.item, (0.0, 0.0))
        return (right + self.shrink * point) / (count + self.shrink)

    def logit(self, answer: Answer) -> float:
        """The item's difficulty on the scale of the abilities, with mean ability as given."""
        params = self.params
        flat = float(np.sqrt(1 + 0.346 * params.population().sd ** 2))
        net = min(max(self.share(answer) / (1 - params.slip), 0.02), 0.98)
        return params.population_mean - flat * float(np.log(net / (1 - net)))


class Pupil:
    """One pupil's evidence on all points, kept with the module's own quadrature."""

    def __init__(self, params: Params, kernel: Floats, fade: float) -> None:
        self.params, self.kernel, self.fade = params, kernel, fade
        self.rows: dict[str, int] = {}
        self.likelihood = np.zeros((0, len(quadrature.GRID)))
        self.means = np.zeros_like(self.likelihood)
        start = np.array([params.population_mean]), np.array([params.population_sd])
        self.start = quadrature.normal(*start)[0]

    def prior(self, row: int | None) -> Floats:
        """Log belief about one point from the pupil's other points."""
        total = self.start + self.means.sum(axis=0)
        if row is not None:
            total = total - self.means[row]
        belief = quadrature.weights(total[None, :]) @ self.kernel.T
        return quadrature.normal(*quadrature.moments(belief))[0]

    def predict(self, answer: Answer, difficulty: float) -> float:
        """P(right) for the next answer."""
        row = self.rows.get(answer.point)
        belief = self.prior(row) + (0 if row is None else self.likelihood[row])
        right = self.response(difficulty)
        return float((quadrature.weights(belief[None, :]) @ right[0])[0])

    def response(self, difficulty: float) -> Floats:
        """P(right) at the nodes; the data do not tell the item's kind, so nothing is guessed."""
        return quadrature.response(np.array([difficulty]), np.zeros(1), self.params.slip)

    def learn(self, answer: Answer, difficulty: float) -> None:
        """Take in one answer; what was known before fades by one step."""
        row = self.rows.setdefault(answer.point, len(self.rows))
        if row == len(self.likelihood):
            self.likelihood = np.vstack([self.likelihood, np.zeros_like(self.start)])
            self.means = np.vstack([self.means, np.zeros_like(self.start)])
        self.likelihood *= self.fade
        self.likelihood[row] += quadrature.log_likelihood(
            np.array([float(answer.right)]), np.ones(1), self.response(difficulty)
        )[0]
        changed = slice(row, row + 1) if self.fade == 1 else slice(None)
        self.means[changed] = quadrature.blurred(self.likelihood[changed], self.kernel)


def mastery(
    pupils: dict[str, list[Answer]],
    difficulties: Difficulties,
    params: Params,
    *,
    half_life: float | None = None,
    prequential: bool = False,
) -> Iterator[tuple[int, float]]:
    """Each answer with its prediction. `half_life` is in answers: the data have no clock."""
    kernel = quadrature.spread(params.point_sd)
    fade = 1.0 if half_life is None else 0.5 ** (1 / half_life)
    for answers in pupils.values():
        pupil = Pupil(params, kernel, fade)
        for answer in answers:
            logit = difficulties.logit(answer)
            yield answer.right, pupil.predict(answer, logit)
            pupil.learn(answer, logit)
            if prequential:
                difficulties.learn(answer)


def item_mean(
    pupils: dict[str, list[Answer]], difficulties: Difficulties, *, prequential: bool = False
) -> Iterator[tuple[int, float]]:
    """The item's share of right answers as the only prediction."""
    for answers in pupils.values():
        for answer in answers:
            yield answer.right, difficulties.share(answer)
            if prequential:
                difficulties.learn(answer)


def _pfa_rows(pupils: dict[str, list[Answer]]) -> dict[str, tuple[Floats, Floats]]:
    """Per point: rows of (1, log(1 + right so far), log(1 + wrong so far)), and the answers."""
    rows: dict[str, list[tuple[float, float, float, int]]] = defaultdict(list)
    for answers in pupils.values():
        seen: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for answer in answers:
            wrong, right = seen[answer.point]
            rows[answer.point].append((1.0, np.log1p(right), np.log1p(wrong), answer.right))
            seen[answer.point][answer.right] += 1
    tables = {point: np.array(row, dtype=np.float64) for point, row in rows.items()}
    return {point: (table[:, :3], table[:, 3]) for point, table in tables.items()}


def pfa(
    train: dict[str, list[Answer]], test: dict[str, list[Answer]], ridge: float = 1.0
) -> Iterator[tuple[int, float]]:
    """Performance factors analysis with log counts: one logistic curve per point, by Newton."""
    fitted: dict[str, Floats] = {}
    everything = _pfa_rows(train)
    for point, (features, right) in everything.items():
        weights = np.zeros(3)
        for _ in range(25):
            chance = 1 / (1 + np.exp(-features @ weights))
            slope = features.T @ (right - chance) - ridge * weights
            curve = (features.T * (chance * (1 - chance))) @ features + ridge * np.eye(3)
            weights = weights + np.linalg.solve(curve, slope)
        fitted[point] = weights
    usual = np.mean(list(fitted.values()), axis=0)
    for point, (features, right) in _pfa_rows(test).items():
        chance = 1 / (1 + np.exp(-features @ fitted.get(point, usual)))
        yield from zip(right.astype(int), chance, strict=True)


def tuned(train: dict[str, list[Answer]], seen: int = 120) -> tuple[Params, float | None]:
    """Spreads, slip and half life with the best log loss on some training pupils.

    The difficulties come from the other training pupils, so nothing is predicted from itself.
    """
    names = list(train)
    held = {name: train[name] for name in names[:seen]}
    others = {name: train[name] for name in names[seen:]}
    best: tuple[float, Params, float | None] | None = None
    base = Params(population_mean=0.7)

    def attempt(params: Params, half_life: float | None) -> None:
        nonlocal best
        known = counted(others, params)
        loss = log_loss(*columns(mastery(held, known, params, half_life=half_life)))
        if best is None or loss < best[0]:
            best = (loss, params, half_life)

    for between in (0.3, 0.45, 0.6, 0.9):
        for within in (0.3, 0.45, 0.6, 0.9):
            attempt(replace(base, population_sd=between, point_sd=within), None)
    assert best is not None
    for slip in (0.0, 0.08):
        attempt(replace(best[1], slip=slip), None)
    for half_life in HALF_LIVES[1:]:
        attempt(best[1], half_life)
    return best[1], best[2]


def counted(pupils: dict[str, list[Answer]], params: Params) -> Difficulties:
    """Difficulties from all answers of these pupils."""
    known = Difficulties(params)
    for answers in pupils.values():
        for answer in answers:
            known.learn(answer)
    return known


def columns(pairs: Iterator[tuple[int, float]]) -> tuple[list[int], list[float]]:
    """Answers and predictions as two lists."""
    both = list(pairs)
    return [right for right, _ in both], [chance for _, chance in both]


def main() -> None:
    """Print one line per model and protocol."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--pupils", type=int, default=0, help="test pupils; 0 for all")
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"skipped: the data set is not here ({options.data.name}; see --data)")
        return
    train, test = load(options.data, "train"), load(options.data, "test")
    test = dict(list(test.items())[: options.pupils or None])
    params, half_life = tuned(train)
    print(
        "tuned on training pupils:", params.population_sd, params.point_sd, params.slip, half_life
    )

    def report(name: str, protocol: str, run: Callable[[], Iterator[tuple[int, float]]]) -> None:
        began = perf_counter()
        right, chance = columns(run())
        took = perf_counter() - began
        figures = (
            f"AUC {auc(right, chance):.4f}  log loss {log_loss(right, chance):.4f}  "
            f"ECE {calibration_error(right, chance):.4f}"
        )
        print(f"{name:34}{protocol:13}{figures}  {len(right) / took:8.0f} answers/s")

    for late, protocol in ((False, "frozen"), (True, "prequential")):
        report(
            "item mean",
            protocol,
            lambda late=late: item_mean(test, counted(train, params), prequential=late),
        )
        for faded in dict.fromkeys((None, half_life)):
            name = f"mastery, half life {faded or 'none'}"
            report(
                name,
                protocol,
                lambda late=late, faded=faded: mastery(
                    test, counted(train, params), params, half_life=faded, prequential=late
                ),
            )
    report("PFA, log counts per point", "frozen", lambda: pfa(train, test))


if __name__ == "__main__":
    main()
