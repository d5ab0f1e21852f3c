"""`solve`: from a problem to the best timetable found in the time given."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tongke.teaching.timetable.planner import anneal
from tongke.teaching.timetable.planner.arrays import CLASH, HARD, I64, SOFT
from tongke.teaching.timetable.planner.blocking import unplaced
from tongke.teaching.timetable.planner.check import check
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.kernel import load
from tongke.teaching.timetable.planner.model import Problem, Timetable
from tongke.teaching.timetable.planner.moves import broken
from tongke.teaching.timetable.planner.outcome import Outcome, Progress
from tongke.teaching.timetable.planner.state import copy_of, empty

OnProgress = Callable[[Progress], bool]

SLICE_SECONDS = 0.1
"""How long the compiled loop runs before time, progress and the wish to stop are looked at."""

MEND_HOT, MEND_COLD = 0.28, 0.17
"""Temperatures between which hard units alone are annealed, in units."""

MEND_CHAINS = 0.5
"""Share of moves that also move whoever is in the way, while hard units are mended."""

WALL = 6.0
"""Price of a hard unit while points are improved, in units of the first temperature."""

CHAINS = 0.7
"""Share of moves that also move whoever is in the way, while points are improved."""

PATIENCE = 8
"""Slices that may end with something hard broken before the price of that rises."""

HISTORY = 300
"""Moments kept of a search."""


@dataclass
class Budget:
    """How long a search may go on: seconds, or steps where the result must be repeatable."""

    seconds: float
    steps: int | None
    begun: float = 0.0
    done: int = 0

    def __post_init__(self) -> None:
        self.begun = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.begun

    @property
    def share(self) -> float:
        """How much is used up, from 0 to 1."""
        if self.steps is not None:
            return min(1.0, self.done / max(1, self.steps))
        return min(1.0, self.elapsed / max(1e-9, self.seconds))


def solve(
    problem: Problem,
    *,
    start: Timetable,
    seconds: float,
    seed: int,
    on_progress: OnProgress | None,
    keep: frozenset[str],
    iterations: int | None,
) -> Outcome:
    """See `planner.solve`."""
    compiled = Compiled(problem, start)
    return Search(compiled, start, keep, seed).run(Budget(seconds, iterations), on_progress)


class Search:
    """One run of the annealer over a compiled problem."""

    def __init__(
        self, compiled: Compiled, start: Timetable, keep: frozenset[str], seed: int
    ) -> None:
        self.compiled, self.model = compiled, compiled.model
        self.state = empty(self.model, seed)
        self.total = len(compiled.problem.activities)
        self._hold(start, keep)
        self.movers = np.flatnonzero(self.state.movable)
        self.hot = np.zeros(self.total + 1, np.int64)
        self.best = np.array([10**9, 10**15], np.int64)
        self.best_start, self.best_option = self.state.start.copy(), self.state.option.copy()
        self.history: list[Progress] = []
        self.stopped = False

    def _hold(self, start: Timetable, keep: frozenset[str]) -> None:
        """Load the start; fix what is fixed or kept."""
        starts, options = self.compiled.stands(start)
        for key, a in self.compiled.index.items():
            fixed = self.compiled.problem.activities[a].fixed
            if fixed is not None and starts[a] < 0:
                starts[a], options[a] = self.compiled.stand(a, fixed)
            held = (fixed is not None and fixed.room is not None) or key in keep
            if (held and starts[a] >= 0) or not len(self._domain(a)):
                self.state.movable[a] = 0
        self.state.option[:] = options
        load(self.model.data, self.state.data, starts, options)

    def _domain(self, a: int) -> I64:
        return self.model.dom[self.model.dom_ptr[a] : self.model.dom_ptr[a + 1]]

    def run(self, budget: Budget, on_progress: OnProgress | None) -> Outcome:
        """Place, mend, improve; then leave out what cannot stand."""
        order = self._order()
        anneal.place_all(self.model.data, self.state.data, order)
        anneal.keep_best(self.state.data, self.best, self.best_start, self.best_option)
        self._mend(budget, on_progress)
        self._improve(budget, on_progress)
        return self._finish(order, budget)

    def _order(self) -> I64:
        """Hardest first: few free places for what it needs, long, much wanted resources."""
        model = self.model
        load_of = np.bincount(model.at_track, minlength=1) if len(model.at_track) else np.zeros(1)
        freedom = np.diff(model.dom_ptr) * np.minimum(model.usable, 5)
        need = np.array(
            [
                load_of[model.at_track[model.at_ptr[a] : model.at_ptr[a + 1]]].sum()
                for a in range(self.total)
            ]
        )
        order: I64 = np.argsort(freedom / (1 + need) / model.length, kind="stable")
        return order.astype(np.int64)

    def _walk(self, budget: Budget, heat: float, wall: float, taste: float, goal: int) -> int:
        """A slice of annealing; the steps it made."""
        steps = self._slice
        if budget.steps is not None:
            steps = max(1, min(4000, budget.steps - budget.done))
        begun = time.monotonic()
        made = anneal.anneal(
            self.model.data,
            self.state.data,
            self.movers,
            self.hot,
            self.best,
            self.best_start,
            self.best_option,
            steps,
            heat,
            wall,
            taste,
            CHAINS if taste else MEND_CHAINS,
            goal,
        )
        spent = time.monotonic() - begun
        if made == steps and spent > 0:
            self._slice = int(min(400_000, max(200, steps * SLICE_SECONDS / spent)))
        budget.done += made
        return made

    _slice = 2000

    def _over(self, budget: Budget, on_progress: OnProgress | None) -> bool:
        """Report; whether the search must stop."""
        progress = Progress(
            seconds=budget.elapsed,
            placed=int((self.best_start >= 0).sum()),
            total=self.total,
            hard=int(self.best[0]),
            soft=int(self.best[1]),
        )
        last = self.history[-1] if self.history else None
        if last is None or (last.hard, last.soft) != (progress.hard, progress.soft):
            self.history.append(progress)
        if on_progress is not None and not on_progress(progress):
            self.stopped = True
        return self.stopped or budget.share >= 1 or not len(self.movers)

    def _mend(self, budget: Budget, on_progress: OnProgress | None) -> None:
        """Anneal on hard units alone, in cycles that cool and grow, until nothing is broken."""
        slices = 8
        while self.best[0] > 0 and not self._over(budget, on_progress):
            for number in range(slices):
                heat = MEND_HOT * (MEND_COLD / MEND_HOT) ** (number / max(1, slices - 1))
                self._walk(budget, heat, 1.0, 0.0, 0)
                if self.best[0] == 0 or self._over(budget, on_progress):
                    break
            slices = min(200, int(slices * 1.5))
            if self.best[0] < broken(self.state.data):
                self._back()

    def _back(self) -> None:
        """Return to the best state."""
        movable, rng = self.state.movable, self.state.rng
        self.state = copy_of(self.model, self.best_start, self.best_option)
        self.state.movable[:] = movable
        self.state.rng[:] = rng

    def _improve(self, budget: Budget, on_progress: OnProgress | None) -> None:
        """Anneal on points with a wall before hard rules, cooling over the time that is left.

        The wall is low enough to be climbed while it is hot. When slice after slice ends beyond
        it, it grows.
        """
        if self.best[0] > 0 or self.stopped:
            return
        self._back()
        hottest, coldest = self._heats()
        wall, beyond = WALL * hottest, 0
        begun = budget.share
        while self.best[1] > 0 and not self._over(budget, on_progress):
            share = (budget.share - begun) / max(1e-9, 1 - begun)
            heat = hottest * (coldest / hottest) ** min(1.0, share)
            self._walk(budget, heat, wall, 1.0, -1)
            beyond = beyond + 1 if broken(self.state.data) else 0
            if beyond > PATIENCE:
                wall, beyond = wall * 1.5, 0

    def _heats(self) -> tuple[float, float]:
        """The first and last temperature: from the weights that occur."""
        model = self.model
        weights = np.concatenate(
            [model.inst_weight, model.grp_weight, model.many_weight, model.fair_weight]
        )
        weights = weights[weights > 0]
        if not len(weights):
            return 2.0, 0.15
        return float(weights.mean()) * 1.5, float(weights.min()) * 0.15

    def _finish(self, order: I64, budget: Budget) -> Outcome:
        self._back()
        if self.best[0] > 0:
            anneal.prune(self.model.data, self.state.data, self.movers, self.hot)
            anneal.refill(self.model.data, self.state.data, order)
        timetable = self.compiled.timetable(self.state.start, self.state.option)
        problem = self.compiled.problem
        violations = tuple(check(problem, timetable))
        self.history.append(
            Progress(
                seconds=budget.elapsed,
                placed=len(timetable),
                total=self.total,
                hard=int(self.state.energy[CLASH] + self.state.energy[HARD]),
                soft=int(self.state.energy[SOFT]),
            )
        )
        step = max(1, len(self.history) // HISTORY)
        return Outcome(
            timetable=timetable,
            unplaced=unplaced(self.compiled, self.state),
            hard=sum(one.units for one in violations if one.hard),
            soft=int(self.state.energy[SOFT]),
            violations=violations,
            bound=0 if self.state.energy[SOFT] == 0 else None,
            history=(*self.history[:-1:step], self.history[-1]),
        )
