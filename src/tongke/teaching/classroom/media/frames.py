"""Encoded frames put together from RTP packets, without ever decoding them.

These classes take the place of aiortc's jitter buffer and NACK list, which suit a decoder but not
a forwarder: its video buffer waits for a lost packet until 512 others have come (3 to 10 s of a
frozen picture), asks for a lost packet only once, and its audio buffer adds 80 ms to every word
and more after each loss. A browser at the far end has a better audio buffer of its own.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SEQ_MOD = 1 << 16
TIME_MOD = 1 << 32

PATIENCE_S = (0.4, 1.2)
"""How long a lost video packet is awaited: two and a half round trips, between these."""
RETRY_S = (0.1, 0.5)
"""After which it is asked for again: a round trip, between these."""
MAX_HELD_PACKETS = 1024
MAX_NACKS = 128


class Packet(Protocol):
    """The part of an RTP packet that is looked at here."""

    sequence_number: int
    timestamp: int
    marker: int
    payload: bytes
    ssrc: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded picture or one piece of sound, as the RTP payloads its sender made.

    `timestamp` is in units of the codec's clock and wraps at 2**32; `damaged` says that frames
    directly before this one were lost, so a picture may refer to something nobody has.
    """

    payloads: tuple[bytes, ...]
    timestamp: int
    damaged: bool = False
    keyframe: bool = False

    @property
    def size(self) -> int:
        """Bytes of payload."""
        return sum(map(len, self.payloads))


Deliver = Callable[[Frame], None]


class Unwrapper:
    """Turns 16-bit sequence numbers into ones that never wrap."""

    def __init__(self) -> None:
        self._last: int | None = None

    def __call__(self, number: int) -> int:
        """The whole number nearest to the last one that ends in these 16 bits."""
        if self._last is None:
            self._last = number
        else:
            ahead = (number - self._last + SEQ_MOD // 2) % SEQ_MOD - SEQ_MOD // 2
            self._last += ahead
        return self._last


class AudioAssembler:
    """Sound: every packet is a frame of its own and goes on at once, in order of arrival."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self.ssrc: int | None = None

    def add(self, packet: Packet) -> tuple[bool, None]:
        """Deliver the packet. The result is what aiortc expects: no PLI, nothing to decode."""
        self.ssrc = packet.ssrc
        if packet.payload:
            self._deliver(Frame((packet.payload,), packet.timestamp))
        return False, None


class VideoAssembler:
    """Pictures: packets in order, frames delivered at their last packet, holes given up in time."""

    def __init__(self, deliver: Deliver, clock: Callable[[], float] = time.monotonic) -> None:
        self._deliver = deliver
        self._clock = clock
        self._unwrap = Unwrapper()
        self._held: dict[int, Packet] = {}
        self._next: int | None = None
        self._frame: list[Packet] = []
        self._damaged = False
        self._seek_border = False
        self._hole_since: float | None = None
        self.patience_s = PATIENCE_S[0]
        self.ssrc: int | None = None

    def add(self, packet: Packet) -> tuple[bool, None]:
        """Take a packet, deliver the frames it completes. The result is what aiortc expects."""
        self.ssrc = packet.ssrc
        number = self._unwrap(packet.sequence_number)
        if self._next is None:
            self._next = number
        if number < self._next:
            return False, None
        self._held[number] = packet
        self._release()
        self._mind_hole()
        return False, None

    def _release(self) -> None:
        assert self._next is not None
        while (packet := self._held.pop(self._next, None)) is not None:
            self._next += 1
            self._hole_since = None
            self._take(packet)

    def _take(self, packet: Packet) -> None:
        if self._seek_border:
            # After a hole the packets up to the next marker belong to a frame without a head.
            self._seek_border = not packet.marker
            return
        if not packet.payload:
            return  # padding, sent to probe the bandwidth
        if self._frame and self._frame[0].timestamp != packet.timestamp:
            self._finish()
        self._frame.append(packet)
        if packet.marker:
            self._finish()

    def _finish(self) -> None:
        payloads = tuple(packet.payload for packet in self._frame)
        timestamp = self._frame[0].timestamp
        self._frame.clear()
        damaged, self._damaged = self._damaged, False
        self._deliver(Frame(payloads, timestamp, damaged=damaged))

    def _mind_hole(self) -> None:
        if not self._held:
            self._hole_since = None
            return
        now = self._clock()
        # The clock starts when the hole appears, not at the last packet: else it never runs out.
        if self._hole_since is None:
            self._hole_since = now
        if now - self._hole_since < self.patience_s and len(self._held) < MAX_HELD_PACKETS:
            return
        self._next = min(self._held)
        self._frame.clear()
        self._damaged = self._seek_border = True
        self._hole_since = None
        self._release()


@dataclass(slots=True)
class _Request:
    first: float
    last: float


class NackList:
    """Which lost packets to ask for now: at once, then each round trip until they are given up."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._unwrap = Unwrapper()
        self._newest: int | None = None
        self._requests: dict[int, _Request] = {}
        self.patience_s = PATIENCE_S[0]
        self.retry_s = RETRY_S[0]
        self.missing: set[int] = set()

    def add(self, packet: Packet) -> bool:
        """Note a packet; True when the packets in `missing` should be asked for now."""
        now = self._clock()
        number = self._unwrap(packet.sequence_number)
        if self._newest is None or number - self._newest > MAX_NACKS:
            # The first packet, or a hole too large to repair: a keyframe is cheaper.
            self._requests.clear()
            self._newest = number
        for lost in range(self._newest + 1, number):
            self._requests[lost] = _Request(first=now, last=-math.inf)
        self._newest = max(self._newest, number)
        self._requests.pop(number, None)
        if not self._requests:
            return False
        return self._choose(now)

    def _choose(self, now: float) -> bool:
        self.missing = set()
        for number, request in list(self._requests.items()):
            if now - request.first >= self.patience_s:
                del self._requests[number]
            elif now - request.last >= self.retry_s and len(self.missing) < MAX_NACKS:
                request.last = now
                self.missing.add(number % SEQ_MOD)
        return bool(self.missing)


def patience(round_trip_s: float) -> tuple[float, float]:
    """How long to wait for a lost packet, and after which time to ask again, in seconds."""
    low, high = PATIENCE_S
    soon, late = RETRY_S
    return max(low, min(high, 2.5 * round_trip_s)), max(soon, min(late, round_trip_s))


def is_keyframe(codec: str, payloads: tuple[bytes, ...]) -> bool:
    """Whether a decoder can begin with this frame.

    Args:
        codec: "VP8" or "H264".
        payloads: RTP payloads of one frame (RFC 7741, RFC 6184), in order.
    """
    if codec == "VP8":
        return _vp8_starts(payloads[0])
    return any(_h264_has_idr(payload) for payload in payloads)


def _vp8_starts(payload: bytes) -> bool:
    # RFC 7741 section 4.2: the descriptor grows by one byte for each of X, L, T or K, and I by 1-2.
    at = 1
    if payload[0] & 0x80 and len(payload) > 2:
        extension = payload[1]
        at = 2
        if extension & 0x80:
            at += 2 if payload[2] & 0x80 else 1
        at += 1 if extension & 0x40 else 0
        at += 1 if extension & 0x30 else 0
    first_partition = payload[0] & 0x17 == 0x10
    return first_partition and len(payload) > at and not payload[at] & 0x01


def _h264_has_idr(payload: bytes) -> bool:
    kind = payload[0] & 0x1F
    if kind == 28 and len(payload) > 1:  # FU-A: the kind of the whole unit is in its header
        kind = payload[1] & 0x1F
    if kind == 24:  # STAP-A: 16-bit length, unit, length, unit ...
        at = 1
        while at + 2 < len(payload):
            if payload[at + 2] & 0x1F in (5, 7):
                return True
            at += 2 + int.from_bytes(payload[at : at + 2], "big")
        return False
    return kind in (5, 7)
