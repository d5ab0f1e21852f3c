"""`repair`: meet a changed problem by moving as few activities as possible."""

import time

import numpy as np

from tongke.teaching.timetable.planner import anneal
from tongke.teaching.timetable.planner.blocking import unplaced
from tongke.teaching.timetable.planner.check import check
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.model import Problem, Timetable
from tongke.teaching.timetable.planner.outcome import Repair
from tongke.teaching.timetable.planner.solving import Budget, Search

MOVE_POINTS = 400
"""Points of an activity that stands at another time than before, in typical weights of a rule."""

ROOM_POINTS = 40
"""Points of an activity that only changes its room."""

SEARCH_SHARE = 0.85
"""Share of the time for searching; the rest is for checking the answer."""

PATIENCE = 0.35
"""Share of the time without a better timetable after which the repair is taken as it is."""


def repair(
    problem: Problem,
    timetable: Timetable,
    *,
    seconds: float,
    loose: frozenset[str] | None,
    seed: int,
    iterations: int | None,
) -> Repair:
    """See `planner.repair`."""
    begun = time.monotonic()
    compiled = Compiled(problem, timetable)
    unit = _anchor(compiled, timetable)
    keep = frozenset() if loose is None else frozenset(compiled.index) - loose
    search = Mending(compiled, timetable, keep, seed, unit)
    left = seconds * SEARCH_SHARE - (time.monotonic() - begun)
    search.mend(Budget(max(0.1, left), iterations))
    mended = compiled.timetable(search.state.start, search.state.option)
    moved = tuple(
        one.key for one in problem.activities if mended.get(one.key) != timetable.get(one.key)
    )
    return Repair(
        timetable=mended,
        moved=moved,
        unplaced=unplaced(compiled, search.state),
        violations=tuple(check(problem, mended)),
        share=len(moved) / max(1, len(problem.activities)),
    )


def _anchor(compiled: Compiled, timetable: Timetable) -> int:
    """Let every place but the present one cost points; the points of one move."""
    model = compiled.model
    weights = [rule.weight for rule in compiled.problem.rules if rule.weight]
    typical = int(np.median(weights)) if weights else 1
    starts, options = compiled.stands(timetable)
    for a in np.flatnonzero(starts >= 0).tolist():
        model.always_soft[a] += MOVE_POINTS * typical
        model.always_soft[a, starts[a]] -= MOVE_POINTS * typical
        model.opt_soft[model.opt_ptr[a] : model.opt_ptr[a + 1]] += ROOM_POINTS * typical
        model.opt_soft[options[a]] -= ROOM_POINTS * typical
    return MOVE_POINTS * typical


class Mending(Search):
    """Annealing from the present timetable, with moves priced high and broken rules higher."""

    def __init__(
        self,
        compiled: Compiled,
        timetable: Timetable,
        keep: frozenset[str],
        seed: int,
        unit: int,
    ) -> None:
        super().__init__(compiled, timetable, keep, seed)
        self.unit = unit

    def mend(self, budget: Budget) -> None:
        """Place what has no place, then cool down in rounds until a round brings nothing."""
        order = self._order()
        anneal.place_all(self.model.data, self.state.data, order)
        anneal.keep_best(self.state.data, self.best, self.best_start, self.best_option)
        rounds = 0
        while not self._over(budget, None):
            before = tuple(self.best)
            share = budget.share
            self._round(budget)
            rounds += 1
            stale = tuple(self.best) == before and self.best[0] == 0
            if stale and budget.share - share > 0 and budget.share > PATIENCE:
                break
            self._back()
        self._back()
        if self.best[0] > 0:
            anneal.prune(self.model.data, self.state.data, self.movers, self.hot)
            anneal.refill(self.model.data, self.state.data, order)

    def _round(self, budget: Budget) -> None:
        """One cooling from a temperature at which a move or two is accepted down to points."""
        slices = 10
        for number in range(slices):
            heat = self.unit * 0.5 * 0.002 ** (number / (slices - 1))
            self._walk(budget, heat, 3.0 * self.unit, 1.0, -1)
            if self._over(budget, None):
                return
