"""What the planner answers with: outcomes, options, repairs and explanations."""

from dataclasses import dataclass
from typing import Literal

from tongke.teaching.timetable.planner.model import Place, Violation

BlockerKind = Literal["class", "teacher", "room", "rule"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a search.

    Args:
        seconds: since its start.
        placed: activities with a place in the best timetable so far.
        total: activities of the problem.
        hard: units of broken hard rules of the best timetable so far.
        soft: its points.
        bound: no timetable has fewer points than this; None when nothing is known.
    """

    seconds: float
    placed: int
    total: int
    hard: int
    soft: int
    bound: int | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """Who or what is in the way.

    Args:
        kind: class, teacher, room or rule.
        key: its key in the problem.
        sentence: in Chinese: "王老师：12 个时段已有课".
        times: in how many of the places tried it is in the way.
    """

    kind: BlockerKind
    key: str
    sentence: str
    times: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An activity without a place, and who keeps it from one, most frequent first."""

    activity: str
    sentence: str
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True)
class Outcome:
    """The best timetable a search found.

    Args:
        timetable: where each placed activity stands.
        unplaced: the others, each with what is in its way.
        hard: units of broken hard rules among what is placed; 0 for one that may be published.
        soft: points.
        violations: every broken rule, hard first, dearest first.
        bound: no timetable has fewer points than this, when known.
        history: how the search went, at most some hundred moments.
    """

    timetable: dict[str, Place]
    unplaced: tuple[Unplaced, ...]
    hard: int
    soft: int
    violations: tuple[Violation, ...]
    bound: int | None
    history: tuple[Progress, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A place for an activity, as it would be when it is dropped there.

    Args:
        place: with the best room that is free, or the best room when none is.
        legal: nothing hard is broken by it that is not broken without the activity.
        delta: points more (or fewer, when negative) than where it stands now.
        hard_delta: units of broken hard rules more than where it stands now.
        reasons: why it is not legal, or what it costs, in Chinese.
    """

    place: Place
    legal: bool
    delta: int
    hard_delta: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Repair:
    """A timetable that meets a changed problem, close to the one before.

    Args:
        timetable: the new one.
        moved: activities that stand elsewhere than before, or nowhere.
        unplaced: activities without a place.
        violations: every broken rule of the new one.
        share: moved activities, by all activities of the problem.
    """

    timetable: dict[str, Place]
    moved: tuple[str, ...]
    unplaced: tuple[Unplaced, ...]
    violations: tuple[Violation, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """A smallest set of hard rules that cannot hold together: without any one of them they can.

    Args:
        rules: keys of rules; empty when what is always true suffices (two lessons, one teacher).
        sentence: in Chinese, with names and numbers.
        blockers: whom it concerns.
    """

    rules: tuple[str, ...]
    sentence: str
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Rules to give up so that a timetable exists.

    Args:
        rules: keys of the rules.
        sentence: in Chinese.
        cost: how many rules.
    """

    rules: tuple[str, ...]
    sentence: str
    cost: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why no timetable meets all hard rules.

    Args:
        feasible: True when one exists, False when none does, None when not decided in time.
        conflicts: smallest sets of rules that cannot hold together.
        relaxations: smallest sets of rules without which a timetable exists.
    """

    feasible: bool | None
    conflicts: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
