"""Sections of 走班: every pupil's subjects in different bands, few classes, even sizes.

Pupils with the same combination are alike, so the model counts them: how many of a combination
take its subjects in which bands. It does not grow with the pupils: docs/algorithms/allocation.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from time import monotonic
from typing import TYPE_CHECKING

from tongke.teaching.electives.allocation.lottery import number_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Cell = tuple[str, int]
"""A subject in a band, from 0."""
Watch = Callable[[str], bool]
"""Told what is being done; False stops and keeps the best."""


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        pupils: the subjects of each pupil by key.
        bands: in how many bands the subjects are taught at the same time.
        least, most: how many pupils a section has.
        teachers: how many sections of a subject one band can have; unlimited where not named.
        rooms: how many sections one band can have in all; None is no limit.
    """

    pupils: Mapping[str, frozenset[str]]
    bands: int = 3
    least: int = 15
    most: int = 50
    teachers: Mapping[str, int] = field(default_factory=dict)
    rooms: int | None = None
    seed: str = "1"

    @property
    def demand(self) -> Counter[str]:
        """How many pupils take each subject."""
        return Counter(subject for subjects in self.pupils.values() for subject in subjects)

    @property
    def combinations(self) -> Counter[tuple[str, ...]]:
        """How many pupils take each combination."""
        return Counter(tuple(sorted(subjects)) for subjects in self.pupils.values())


@dataclass(frozen=True)
class Placed:
    """A section: a subject in a band, with its pupils in order of their lots."""

    subject: str
    band: int
    number: int
    pupils: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What came out: sections, or why there are none; `proved` says that fewer is impossible."""

    sections: tuple[Placed, ...] = ()
    least: int = 0
    largest: int = 0
    smallest: int = 0
    proved: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return bool(self.sections)


def arrange(wish: Wish, *, seconds: float = 10, watch: Watch = lambda _: True) -> Plan:
    """Find sections: first the fewest, then as even as possible.

    Deterministic where it finishes in time. Too few teachers, rooms or pupils are explained.
    """
    # Imported where it is used: it takes a second, and pages that only read do not search.
    from ortools.sat.python import cp_model

    if not wish.pupils:
        return Plan(reasons=("还没有学生选科。",))
    reasons = obvious(wish)
    if reasons:
        return Plan(reasons=tuple(reasons))
    until = monotonic() + seconds
    watch("找最少的教学班数")
    model = _Model(wish, wish.most)
    status, counts = model.solve(until - monotonic())
    if counts is None:
        known = status == cp_model.INFEASIBLE
        return Plan(
            reasons=tuple(_relaxed(wish, until)) if known else ("时间用完，没有找到方案。",)
        )
    total, proved = sum(counts.sections.values()), status == cp_model.OPTIMAL
    counts = _even(wish, counts, total, until, watch)
    made = _pupils(wish, counts)
    sizes = [len(each.pupils) for each in made]
    return Plan(tuple(made), total, max(sizes), min(sizes), proved)


def obvious(wish: Wish) -> list[str]:
    """What can be seen without a search: subjects with too few pupils, or too few teachers."""
    told = []
    for subject, number in sorted(wish.demand.items()):
        if number < wish.least:
            told.append(f"{subject}只有 {number} 人选，不足最少 {wish.least} 人，开不出教学班。")
        able = wish.teachers.get(subject)
        if able is not None and number > able * wish.bands * wish.most:
            told.append(
                f"{subject}有 {number} 人选；每个时段最多开 {able} 个班，"
                f"{wish.bands} 个时段最多容纳 {able * wish.bands * wish.most} 人。"
            )
    if any(len(one) > wish.bands for one in wish.pupils.values()):
        told.append(f"有学生选了多于 {wish.bands} 门，时段不够。")
    needed = -(-sum(wish.demand.values()) // wish.most)
    if wish.rooms is not None and needed > wish.rooms * wish.bands:
        told.append(
            f"至少要 {needed} 个教学班，每个时段 {wish.rooms} 间教室，{wish.bands} 个时段放不下。"
        )
    return told


@dataclass(frozen=True)
class _Counts:
    sections: dict[Cell, int]
    flows: dict[tuple[tuple[str, ...], tuple[int, ...]], int]


class _Model:
    """Counts of pupils by combination and bands, and of sections by subject and band."""

    def __init__(self, wish: Wish, most: int, total: int | None = None) -> None:
        from ortools.sat.python import cp_model

        self.wish = wish
        model = self.model = cp_model.CpModel()
        load: dict[Cell, list[cp_model.IntVar]] = defaultdict(list)
        self.flows: dict[tuple[tuple[str, ...], tuple[int, ...]], cp_model.IntVar] = {}
        for combination, number in sorted(wish.combinations.items()):
            mine = []
            for bands in permutations(range(wish.bands), len(combination)):
                flow = model.new_int_var(0, number, "")
                self.flows[combination, bands] = flow
                mine.append(flow)
                for subject, band in zip(combination, bands, strict=True):
                    load[subject, band].append(flow)
            model.add(sum(mine) == number)
        self.sections: dict[Cell, cp_model.IntVar] = {}
        demand = wish.demand
        for (subject, band), flows in sorted(load.items()):
            able = wish.teachers.get(subject, demand[subject] // wish.least)
            count = model.new_int_var(0, min(able, demand[subject] // wish.least), "")
            self.sections[subject, band] = count
            model.add(sum(flows) <= most * count)
            model.add(sum(flows) >= wish.least * count)
        if wish.rooms is not None:
            for band in range(wish.bands):
                here = [var for (_, at), var in self.sections.items() if at == band]
                model.add(sum(here) <= wish.rooms)
        for subject, number in demand.items():
            model.add(sum(self._of(subject)) >= -(-number // most))
        sizes = [
            sum(var for (_, at), var in self.sections.items() if at == band)
            for band in range(wish.bands)
        ]
        for band in range(wish.bands - 1):  # bands are alike: the fullest comes first
            model.add(sizes[band] >= sizes[band + 1])
        everything = sum(self.sections.values())
        if total is None:
            model.minimize(everything)
        else:
            model.add(everything == total)

    def _of(self, subject: str) -> "list[cp_model.IntVar]":
        return [var for (each, _), var in self.sections.items() if each == subject]

    def solve(self, seconds: float) -> "tuple[cp_model.CpSolverStatus, _Counts | None]":
        """The status and the counts, None without a solution."""
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.2, seconds)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        status = solver.solve(self.model)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return status, None
        return status, _Counts(
            {key: solver.value(var) for key, var in self.sections.items()},
            {key: solver.value(var) for key, var in self.flows.items()},
        )


def _even(wish: Wish, found: _Counts, total: int, until: float, watch: Watch) -> _Counts:
    """The smallest largest section with as many sections; halving until time is up."""
    from ortools.sat.python import cp_model

    low, high = -(-sum(wish.demand.values()) // total), wish.most
    while low < high and until - monotonic() > 0.5:
        if not watch(f"{total} 个教学班，最大班在 {low} 到 {high} 人之间"):
            break
        middle = (low + high) // 2
        if middle < wish.least:
            low = middle + 1
            continue
        status, counts = _Model(wish, middle, total).solve(min(2.0, until - monotonic()))
        if counts is not None:
            found, high = counts, middle
        elif status == cp_model.INFEASIBLE:
            low = middle + 1
        else:
            break
    return found


def _relaxed(wish: Wish, until: float) -> list[str]:
    """Which one limit to loosen, each tried by itself."""
    tries: list[tuple[str, dict[str, object]]] = [
        (f"把最少人数从 {wish.least} 减到 {max(1, wish.least // 2)}",
         {"least": max(1, wish.least // 2)}),
        (f"把最多人数从 {wish.most} 加到 {wish.most + 5}", {"most": wish.most + 5}),
        (f"把时段从 {wish.bands} 个加到 {wish.bands + 1} 个", {"bands": wish.bands + 1}),
    ]  # fmt: skip
    if wish.teachers:
        more = {subject: able + 1 for subject, able in wish.teachers.items()}
        tries.append(("每科每个时段多开一个班", {"teachers": more}))
    if wish.rooms is not None:
        tries.append((f"把每个时段的教室从 {wish.rooms} 间加到 {wish.rooms + 2} 间",
                      {"rooms": wish.rooms + 2}))  # fmt: skip
    told = ["这些条件合在一起编不出教学班。"]
    for words, change in tries:
        left = until - monotonic()
        if left < 0.3:
            break
        other = Wish(**{**vars(wish), **change})
        if _Model(other, other.most).solve(min(2.0, left))[1] is not None:
            told.append(f"可以试试：{words}。")
    return told


def _pupils(wish: Wish, counts: _Counts) -> list[Placed]:
    """Who sits where: within a combination by lot, then dealt out evenly."""
    members: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, subjects in wish.pupils.items():
        members[tuple(sorted(subjects))].append(key)
    cells: dict[Cell, list[str]] = defaultdict(list)
    for combination, keys in sorted(members.items()):
        keys.sort(key=lambda key: (number_of(wish.seed, key), key))
        start = 0
        for (of, bands), number in sorted(counts.flows.items()):
            if of != combination:
                continue
            for key in keys[start : start + number]:
                for subject, band in zip(combination, bands, strict=True):
                    cells[subject, band].append(key)
            start += number
    made = []
    numbers: Counter[str] = Counter()
    for (subject, band), keys in sorted(cells.items()):
        for part in _dealt(keys, counts.sections[subject, band]):
            numbers[subject] += 1
            made.append(Placed(subject, band, numbers[subject], part))
    return made


def _dealt(keys: Sequence[str], parts: int) -> list[tuple[str, ...]]:
    return [tuple(keys[part::parts]) for part in range(parts)]
