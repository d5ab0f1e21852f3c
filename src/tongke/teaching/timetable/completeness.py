"""开齐、开足、开好: what a class is taught against what the national plan requires of it.

Pure: plain data in and out. Definitions, sources and the worked example that the tests repeat:
docs/algorithms/completeness.md.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

Periods = int | Decimal
"""Weekly periods; half a period is a lesson every other week."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the plan asks of one subject in one grade, in periods a week.

    A minimum of zero means the subject may be left out; a maximum of None means no upper limit.
    """

    weekly_min: Periods
    weekly_max: Periods | None = None

    def __post_init__(self) -> None:
        if self.weekly_min < 0:
            raise ValueError("a requirement is zero or more periods")
        if self.weekly_max is not None and self.weekly_max < self.weekly_min:
            raise ValueError("the maximum lies below the minimum")


@dataclass(frozen=True, slots=True)
class Short:
    """A subject that is taught, but less than required."""

    subject: str
    required: Periods
    given: Periods

    @property
    def lacking(self) -> Periods:
        """Periods a week still missing, above zero."""
        return self.required - self.given


@dataclass(frozen=True, slots=True)
class Completeness:
    """One class against the plan.

    The numbers come as numerator and denominator, so that a school or a region adds them up
    instead of averaging shares.

    Args:
        missing: required subjects not taught at all, in the plan's order (不齐).
        short: required subjects taught too little (不足); a missing one is not repeated here.
        over: subjects taught more than the plan's maximum.
        unqualified: subjects of the plan that are taught, but by no qualified teacher (不好).
        offered: required subjects that are taught.
        required: required subjects.
        periods_counted: periods given to required subjects, each up to its minimum.
        periods_required: the minimum of the required subjects together.
    """

    missing: tuple[str, ...]
    short: tuple[Short, ...]
    over: tuple[str, ...]
    unqualified: tuple[str, ...]
    offered: int
    required: int
    periods_counted: Periods
    periods_required: Periods

    @property
    def periods_lacking(self) -> Periods:
        """Weekly periods that a delivered course would have to bring, zero or more."""
        return self.periods_required - self.periods_counted

    @property
    def share_offered(self) -> float | None:
        """开齐率 in [0, 1]; None when the plan requires nothing."""
        return self.offered / self.required if self.required else None

    @property
    def share_periods(self) -> float | None:
        """开足率 in [0, 1]; a surplus in one subject makes up for no other. None as above."""
        if not self.periods_required:
            return None
        return float(self.periods_counted / self.periods_required)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, short, or taught without a qualified teacher."""
        return not (self.missing or self.short or self.unqualified)

    def lines(self) -> list[str]:
        """The gaps in sentences, worst first; empty when there are none."""
        told = [f"{subject}没有开课。" for subject in self.missing]
        told += [
            f"{one.subject}每周{one.given}节，比规定的{one.required}节少{one.lacking}节。"
            for one in self.short
        ]
        told += [f"{subject}没有合格的教师任教。" for subject in self.unqualified]
        return told


def gaps(
    required: Mapping[str, Requirement],
    given: Mapping[str, Periods],
    qualified: AbstractSet[str],
) -> Completeness:
    """Compare what one class is taught with what the plan requires.

    Args:
        required: the plan of the class's grade, by subject.
        given: weekly periods in the timetable, delivered courses included, by subject. Subjects
            that the plan does not name are ignored: use `fold` first where names differ.
        qualified: subjects taught to this class by a teacher who is qualified for them; in a
            delivered course the delivering teacher counts.

    Raises:
        ValueError: a given number of periods lies below zero.
    """
    if any(periods < 0 for periods in given.values()):
        raise ValueError("a class is given zero or more periods")
    compulsory = {subject: rule for subject, rule in required.items() if rule.weekly_min > 0}
    taught = {subject: given.get(subject, 0) for subject in required}
    short = tuple(
        Short(subject, rule.weekly_min, taught[subject])
        for subject, rule in compulsory.items()
        if 0 < taught[subject] < rule.weekly_min
    )
    over = tuple(
        subject
        for subject, rule in required.items()
        if rule.weekly_max is not None and taught[subject] > rule.weekly_max
    )
    missing = tuple(subject for subject in compulsory if not taught[subject])
    return Completeness(
        missing=missing,
        short=short,
        over=over,
        unqualified=tuple(
            subject for subject in required if taught[subject] and subject not in qualified
        ),
        offered=len(compulsory) - len(missing),
        required=len(compulsory),
        periods_counted=sum(
            min(taught[subject], rule.weekly_min) for subject, rule in compulsory.items()
        ),
        periods_required=sum(rule.weekly_min for rule in compulsory.values()),
    )


def fold(
    given: Mapping[str, Periods],
    qualified: AbstractSet[str],
    into: Mapping[str, str],
) -> tuple[dict[str, Periods], set[str]]:
    """Count subjects of the timetable under the subject of the plan that they are part of.

    Music and fine arts are 艺术 in the plan; a folded subject counts as qualified only when all
    of its parts that are taught are.

    Args:
        given: weekly periods by the timetable's subjects.
        qualified: the timetable's subjects with a qualified teacher.
        into: the plan's subject for each of the timetable's subjects that differs.

    Returns:
        Periods and qualified subjects, under the plan's names: the arguments of `gaps`.
    """
    folded: dict[str, Periods] = {}
    doubtful: set[str] = set()
    for subject, periods in given.items():
        target = into.get(subject, subject)
        folded[target] = folded.get(target, 0) + periods
        if periods and subject not in qualified:
            doubtful.add(target)
    return folded, {subject for subject in folded if folded[subject]} - doubtful
