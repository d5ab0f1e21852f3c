"""A participant inside a room, and the figures of their line."""

import math
import secrets
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from tongke.teaching.classroom.media.limits import Budget, Policy, Valve
from tongke.teaching.classroom.media.peer import Peer
from tongke.teaching.classroom.media.relay import Counters, Kind
from tongke.teaching.classroom.media.tokens import Grant
from tongke.teaching.classroom.media.wire import ByeReason, Message

STALE_ESTIMATE_S = 10.0
STALE_TRIP_S = 4.0
STALLED_S = 3.0


class Link(Protocol):
    """The way to a participant's browser; neither call waits."""

    def send(self, message: Message) -> None:
        """Queue a message; a browser that does not read loses its connection, not our memory."""

    def end(self, reason: ByeReason) -> None:
        """Say why and close, after what is queued."""


@dataclass(slots=True)
class Rate:
    """What passed in the last period."""

    kbps: float = 0.0
    frames_per_s: float = 0.0
    loss: float = 0.0


class Meter:
    """Rates from growing totals."""

    def __init__(self) -> None:
        self._before = (0, 0, 0, 0)

    def read(self, counters: Counters, packets: tuple[int, int], seconds: float) -> Rate:
        """The rate since the last reading; `packets` are (expected, received)."""
        now = (counters.frames, counters.bytes, *packets)
        frames, size, expected, received = (
            new - old for new, old in zip(now, self._before, strict=True)
        )
        self._before = now
        loss = max(0.0, 1 - received / expected) if expected > 0 else 0.0
        return Rate(size * 8 / 1000 / seconds, frames / seconds, loss)


@dataclass(eq=False)
class Member:
    """A participant with a place in the room, whether or not their websocket is open just now.

    `seats` names the publisher in each slot of their page; a publisher who comes back finds the
    old seat. `seen` is what the browser itself reports of each slot's picture.
    """

    grant: Grant
    link: Link
    policy: Policy
    joined_at: float
    session: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    peer: Peer | None = None
    connected_at: float | None = None
    away_since: float | None = None
    muted: dict[Kind, bool] = field(default_factory=lambda: {"audio": False, "video": False})
    seats: list[str | None] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)
    shown: Message | None = None

    def __post_init__(self) -> None:
        """Begin with an untouched line."""
        self.limit_kbps = self.policy.ceiling(self.grant.role)
        self.video_wanted = True
        self.told: tuple[int, bool] | None = None
        self.up: dict[Kind, Rate] = {"audio": Rate(), "video": Rate()}
        self.down = Rate()
        self._forget_line()

    @property
    def id(self) -> str:
        """The participant's id."""
        return self.grant.participant

    @property
    def publishes(self) -> bool:
        """Whether others see this member."""
        return self.grant.role != "observer"

    def use(self, peer: Peer | None) -> None:
        """Take a new connection, or none; the old one is the caller's to close."""
        self.peer = peer
        self.connected_at = None
        self.told = None
        self._forget_line()

    def _forget_line(self) -> None:
        policy = self.policy
        self.budget = Budget(policy.host_ceiling + 4 * policy.room_ceiling + 5 * policy.audio)
        self.up_budget = Budget(policy.ceiling(self.grant.role) + policy.audio)
        self.up_valve = Valve(policy)
        self.valves: dict[str, Valve] = {}
        self.round_trip_s: float | None = None
        self._shortest_trip_s = math.inf
        self._up_meters = {"audio": Meter(), "video": Meter()}
        self._arrived_meter = Meter()
        self.arrived = Rate()
        outlets = self.peer.outlets() if self.peer else []
        self._down_meters = [Meter() for _ in outlets]

    def measure(self, seconds: float) -> None:
        """Read the counters of the last period into `up` and `down`."""
        if self.peer is None:
            self.up, self.down = {"audio": Rate(), "video": Rate()}, Rate()
            return
        for kind, source in self.peer.sources.items():
            packets = self.peer.receivers[kind].packets()
            self.up[kind] = self._up_meters[kind].read(source.counters, packets, seconds)
        if "video" in self.peer.receivers:
            arrived = Counters(bytes=self.peer.receivers["video"].bytes_received)
            self.arrived = self._arrived_meter.read(arrived, (0, 0), seconds)
        rates = [
            (sender.loss, meter.read(outlet.counters, (0, 0), seconds))
            for (sender, outlet), meter in zip(self.peer.outlets(), self._down_meters, strict=True)
        ]
        self.down = Rate(sum(r.kbps for _, r in rates), sum(r.frames_per_s for _, r in rates))
        if self.down.kbps:
            self.down.loss = sum(loss * r.kbps for loss, r in rates) / self.down.kbps

    def down_estimate(self, now: float) -> float | None:
        """The browser's own estimate of its downlink, kbit/s; None when there is no fresh one."""
        if self.peer is None:
            return None
        estimates = [s.estimate for s in self.peer.senders if s.estimate is not None]
        at, bits = max(estimates, default=(0.0, 0))
        return bits / 1000 if bits and now - at < STALE_ESTIMATE_S else None

    def delay_s(self, now: float) -> float:
        """How long packets wait in queues on the way: the round trip beyond the shortest one."""
        trips = [
            sender.round_trip[1]
            for sender in (self.peer.senders if self.peer else [])
            if sender.round_trip is not None and now - sender.round_trip[0] < STALE_TRIP_S
        ]
        if not trips:
            return 0.0
        self.round_trip_s = median(trips)
        self._shortest_trip_s = min(self._shortest_trip_s, self.round_trip_s)
        return self.round_trip_s - self._shortest_trip_s

    def mind_uplink(self, now: float) -> bool:
        """Tell the browser how much it may send; True when that is too little for a picture."""
        if self.peer is None or "video" not in self.peer.receivers:
            return False
        receiver = self.peer.receivers["video"]
        arrived = self.arrived.kbps + self.up["audio"].kbps
        estimate = None if receiver.estimate is None else receiver.estimate / 1000
        kbps = self.up_budget.observe(
            # aiortc's estimator exaggerates; nothing that has just arrived can be too much by far.
            estimate=None if estimate is None else max(estimate, 0.7 * arrived),
            loss=self.up["video"].loss,
            carried=arrived,
            delay_s=self.delay_s(now),
        )
        receiver.adapt(round_trip_s=self.round_trip_s, told=round(kbps * 1000))
        return kbps < self.policy.audio + self.policy.floor(self.grant.role) / 2

    def stalled(self, now: float) -> bool:
        """Whether nothing has come from a connection that should be sending."""
        if self.peer is None or self.connected_at is None or all(self.muted.values()):
            return False
        arrivals = [s.last_frame_at for s in self.peer.sources.values() if s.last_frame_at]
        return now - max([self.connected_at, *arrivals]) > STALLED_S

    def figures(self, now: float) -> Message:
        """This member's object in the `stats` message."""
        video = self.peer.sources["video"].counters if self.peer and self.peer.sources else None
        return {
            "id": self.id,
            "name": self.grant.name,
            "role": self.grant.role,
            "state": self.peer.state if self.peer else "new",
            "away": self.away_since is not None,
            "stalled": self.stalled(now),
            "up": {
                "audio": {"kbps": round(self.up["audio"].kbps), "loss": _share(self.up["audio"])},
                "video": {
                    "kbps": round(self.up["video"].kbps),
                    "loss": _share(self.up["video"]),
                    "fps": round(self.up["video"].frames_per_s, 1),
                    "frames": video.frames if video else 0,
                    "keyframes": video.keyframes if video else 0,
                },
            },
            "down": {
                "kbps": round(self.down.kbps),
                "loss": _share(self.down),
                "budget_kbps": round(self.budget.kbps),
                "rtt_ms": None if self.round_trip_s is None else round(self.round_trip_s * 1000),
            },
            "up_budget_kbps": round(self.up_budget.kbps),
            "limit": {"video_kbps": self.limit_kbps, "video": self.video_wanted},
            "seen": self.seen,
        }


def _share(rate: Rate) -> float:
    return round(rate.loss, 3)
