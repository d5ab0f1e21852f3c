"""How much picture a line can carry: sound first, the host's picture next, the rooms' last.

There is one encoding per publisher, so everybody receives what the weakest line allows, down to a
floor. A line below the floor gets no picture but keeps the sound, and the others get theirs back.
Pure: numbers in, numbers out, the time is an argument.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tongke.teaching.classroom.media.port import Role


@dataclass(frozen=True)
class Policy:
    """Bit rates in kbit/s, times in seconds.

    Attributes:
        audio: reserved for each sound before any picture is sent.
        host_ceiling, room_ceiling: the best picture of a host and of a room.
        host_floor, room_floor: a picture that gets less is not worth sending.
        patience: how long a picture may starve before it is closed.
        first_pause, longest_pause: until a closed picture is tried again; doubles each time.
    """

    audio: int = 40
    host_ceiling: int = 1500
    room_ceiling: int = 600
    host_floor: int = 150
    room_floor: int = 80
    patience: float = 6.0
    first_pause: float = 8.0
    longest_pause: float = 64.0

    def ceiling(self, role: Role) -> int:
        """The best picture that someone of this role sends."""
        return self.host_ceiling if role == "host" else self.room_ceiling

    def floor(self, role: Role) -> int:
        """The least picture of someone of this role that is worth sending."""
        return self.host_floor if role == "host" else self.room_floor


PERIOD_S = 2.0
"""How often lines are measured and limits set."""
GROWTH = 1.08**PERIOD_S
USED = 0.4


LOSSY = 0.10
DELAYED_S = 0.15
"""Signs of a full line: this share of packets lost, or packets waiting this long in a queue."""


class Budget:
    """What a line carries, in kbit/s, from the far end's estimate, its losses and its delay.

    The loss rule is that of Google's congestion control: below 2 % try 8 % more each second, above
    10 % fall by half the loss, between them stay (draft-ietf-rmcat-gcc-02, section 6). A browser's
    estimate is never far above what arrives, so a calm picture on a fast line looks like a slow
    line: it counts only while packets wait in a queue. And a line that is hardly used teaches
    nothing, so the budget does not grow then.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self.kbps = float(ceiling)

    def observe(
        self, *, estimate: float | None, loss: float, carried: float, delay_s: float
    ) -> float:
        """Take one period's figures.

        Args:
            estimate: the receiver's estimate (REMB), kbit/s; None when it sent none.
            loss: share of packets lost, in [0, 1].
            carried: kbit/s sent, or for an uplink received, in the period.
            delay_s: seconds that packets wait in queues.

        Returns:
            The budget, kbit/s.
        """
        if loss > LOSSY:
            self.kbps = min(self.kbps, carried * (1 - loss / 2))
        elif delay_s > DELAYED_S:
            if estimate is not None and estimate < 1.1 * carried:
                self.kbps = min(self.kbps, estimate)
        elif loss < 0.02:
            grown = self.kbps * GROWTH if carried > USED * self.kbps else self.kbps
            self.kbps = min(max(grown, carried), self._ceiling)
        return self.kbps

    def allow(self, kbps: float) -> None:
        """Believe in at least this much, to try a closed picture again; losses will correct it."""
        self.kbps = min(max(self.kbps, kbps), self._ceiling)


@dataclass(frozen=True)
class Want:
    """A picture that a line would like to carry."""

    publisher: str
    role: Role


_WEIGHTS: dict[Role, int] = {"host": 3, "room": 1, "observer": 0}


def shares(budget: float, sounds: int, wants: Iterable[Want], policy: Policy) -> dict[str, float]:
    """Divide a line between the pictures; 0 for those it cannot carry.

    Args:
        budget: kbit/s of the line.
        sounds: how many sounds it carries; they are served first.
        wants: the pictures. A host's weighs three times a room's.
        policy: floors and ceilings.

    Returns:
        kbit/s for each publisher. When not all reach their floor, rooms go first, the last first.

    Example:
        >>> wants = [Want("teacher", "host"), Want("hill", "room")]
        >>> shares(880, 2, wants, Policy())
        {'teacher': 600.0, 'hill': 200.0}
        >>> shares(280, 2, wants, Policy())
        {'teacher': 200.0, 'hill': 0.0}
    """
    left = budget - sounds * policy.audio
    ranked = sorted(wants, key=lambda want: want.role != "host")
    given = {want.publisher: 0.0 for want in ranked}
    while ranked:
        weights = {want.publisher: _WEIGHTS[want.role] for want in ranked}
        part = {name: left * weight / sum(weights.values()) for name, weight in weights.items()}
        if all(part[want.publisher] >= policy.floor(want.role) for want in ranked):
            return given | part
        ranked.pop()
    return given


def needed(sounds: int, wants: Sequence[Want], policy: Policy) -> float:
    """The smallest line, in kbit/s, on which `shares` gives every picture its floor.

    Example:
        >>> needed(2, [Want("teacher", "host"), Want("hill", "room")], Policy())
        400.0
    """
    total = sum(_WEIGHTS[want.role] for want in wants)
    least = [policy.floor(want.role) * total / _WEIGHTS[want.role] for want in wants]
    return sounds * policy.audio + max(least, default=0.0)


class Valve:
    """Closes a picture that starves and opens it again after a growing pause."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._pause = policy.first_pause
        self._starved_since: float | None = None
        self._fed_since: float | None = None
        self._closed_until: float | None = None

    @property
    def open(self) -> bool:
        """Whether the picture is sent."""
        return self._closed_until is None

    def update(self, *, fed: bool, now: float) -> bool:
        """Note whether the picture gets its floor; True when it has just been opened to try."""
        if self._closed_until is not None:
            if now < self._closed_until:
                return False
            self._closed_until = self._starved_since = self._fed_since = None
            return True
        if fed:
            self._starved_since = None
            self._fed_since = now if self._fed_since is None else self._fed_since
            if now - self._fed_since > self._policy.longest_pause:
                self._pause = self._policy.first_pause
            return False
        self._fed_since = None
        self._starved_since = now if self._starved_since is None else self._starved_since
        if now - self._starved_since >= self._policy.patience:
            self._closed_until = now + self._pause
            self._pause = min(self._pause * 2, self._policy.longest_pause)
        return False


def limit(offered: Iterable[float], role: Role, before: int, policy: Policy) -> int:
    """What a publisher may send so that everybody can receive it.

    Args:
        offered: kbit/s that each receiving line has for this picture; closed ones left out.
        role: of the publisher.
        before: the limit until now, kbit/s.
        policy: floor and ceiling.

    Returns:
        kbit/s between floor and ceiling. It falls at once and rises by a quarter at a time. With
        nobody to receive it stays, because a newcomer's first keyframe must not be delayed.
    """
    weakest = min(offered, default=float(before))
    bounded = max(policy.floor(role), min(policy.ceiling(role), weakest))
    return round(min(bounded, max(before, policy.floor(role)) * 1.25))
