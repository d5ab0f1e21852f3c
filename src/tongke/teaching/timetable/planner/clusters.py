"""Activities that hard rules tie to each other, so that one never moves without the others."""

from tongke.teaching.timetable.planner.clock import Clock
from tongke.teaching.timetable.planner.model import Activity, Problem
from tongke.teaching.timetable.planner.rules import Follows, Of, Together
from tongke.teaching.timetable.planner.selecting import Selection

Cluster = list[tuple[int, int]]
"""(activity, how many periods after the one the list belongs to)."""


def clusters(problem: Problem, clock: Clock, selection: Selection) -> list[Cluster]:
    """For each activity those tied to it by `Together` or a direct `Follows`; often none.

    Only activities of grids with the same bells are tied, because the shift counts periods.
    """
    knots = _Knots(len(problem.activities))
    for rule in problem.rules:
        if rule.weight is not None:
            continue
        ask = rule.ask
        if isinstance(ask, Together) and ask.by == "time":
            chosen = selection.chosen(ask.of)
            for a in chosen[1:]:
                if _same_bells(problem.activities, clock, chosen[0], a):
                    knots.tie(chosen[0], a, 0)
        elif isinstance(ask, Follows) and ask.directly:
            pair = [
                *selection.chosen(Of(keys=frozenset([ask.first]))),
                *selection.chosen(Of(keys=frozenset([ask.second]))),
            ]
            if len(pair) == 2 and _same_bells(problem.activities, clock, *pair):
                knots.tie(pair[0], pair[1], problem.activities[pair[0]].length)
    return knots.lists()


def _same_bells(activities: tuple[Activity, ...], clock: Clock, a: int, b: int) -> bool:
    one, two = clock.index[activities[a].grid], clock.index[activities[b].grid]
    bells, _ = clock.bells
    return one == two or bool((bells[one] == bells[two]).all())


class _Knots:
    """Sets of activities with shifts; a tie that contradicts an earlier one is left out."""

    def __init__(self, size: int) -> None:
        self.sets: dict[int, dict[int, int]] = {}
        self.head: dict[int, int] = {}
        self.size = size

    def tie(self, a: int, b: int, shift: int) -> None:
        """`b` stands `shift` periods after `a`."""
        if a == b:
            return
        one = self.sets.setdefault(self.head.setdefault(a, a), {a: 0})
        two = self.sets.setdefault(self.head.setdefault(b, b), {b: 0})
        if one is two:
            return
        by = one[a] + shift - two[b]
        gone = self.head[b]
        for member, offset in two.items():
            one[member] = offset + by
            self.head[member] = self.head[a]
        del self.sets[gone]

    def lists(self) -> list[Cluster]:
        """The answer of `clusters`."""
        answer: list[Cluster] = []
        for a in range(self.size):
            one = self.sets.get(self.head.get(a, -1), {})
            answer.append([(b, offset - one[a]) for b, offset in one.items() if b != a])
        return answer
