"""From one published track to all who receive it: `Source` fans out, `Outlet` queues for one.

An outlet lives as long as its participant's connection and may change its source: the stream a
browser sees never ends, so people come and go without a new negotiation.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from tongke.teaching.classroom.media.frames import TIME_MOD, Frame, is_keyframe

Kind = Literal["audio", "video"]

CLOCK_HZ: dict[str, int] = {"audio": 48_000, "video": 90_000}
MAX_QUEUED: dict[str, int] = {"audio": 50, "video": 60}
"""Frames waiting for one receiver: a second of sound, two or three of pictures."""
KEYFRAME_PAUSE_S = (0.5, 4.0)
"""Between two requests for a keyframe. It doubles until one comes: on a full line a large picture
takes seconds, and a second one would only be in its way."""


@dataclass(slots=True)
class Counters:
    """Totals since the track began; the difference of two moments is a rate."""

    frames: int = 0
    bytes: int = 0
    keyframes: int = 0
    dropped: int = 0


class Source:
    """One track as it is published. Frames in, the same frames out to every outlet."""

    def __init__(
        self,
        kind: Kind,
        codec: str,
        ask_keyframe: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kind = kind
        self.codec = codec
        self.counters = Counters()
        self.last_frame_at: float | None = None
        self.outlets: set[Outlet] = set()
        self._ask = ask_keyframe
        self._clock = clock
        self._asked_at: float | None = None
        self._pause = KEYFRAME_PAUSE_S[0]
        self._whole = kind == "audio"

    def deliver(self, frame: Frame) -> None:
        """Pass a frame on, unless it refers to pictures that were lost."""
        self.last_frame_at = self._clock()
        self.counters.frames += 1
        self.counters.bytes += frame.size
        if self.kind == "video":
            keyframe = is_keyframe(self.codec, frame.payloads)
            self._whole = keyframe or (self._whole and not frame.damaged)
            if not self._whole:
                self.counters.dropped += 1
                self.ask_keyframe()
                return
            if keyframe:
                self.counters.keyframes += 1
                self._pause = KEYFRAME_PAUSE_S[0]
            frame = Frame(frame.payloads, frame.timestamp, keyframe=keyframe)
        for outlet in self.outlets:
            outlet.put(frame)

    def ask_keyframe(self) -> None:
        """Ask the publisher for a keyframe, at most twice a second however many ask."""
        now = self._clock()
        if self._asked_at is None or now - self._asked_at >= self._pause:
            if self._asked_at is not None:
                self._pause = min(self._pause * 2, KEYFRAME_PAUSE_S[1])
            self._asked_at = now
            self._ask()


class Outlet(MediaStreamTrack):
    """A queue of frames for one receiver, with a cap: the oldest go first, never the newest.

    It begins closed, because what is queued before the receiver is connected would be old news.
    """

    def __init__(self, kind: Kind, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.kind = kind
        self.counters = Counters()
        self.source: Source | None = None
        self._clock = clock
        self._queue: deque[Frame] = deque()
        self._filled = asyncio.Event()
        self._open = False
        self._wants_keyframe = kind == "video"
        self._shift: int | None = None
        self._last: tuple[int, float] | None = None

    def connect(self, source: Source | None) -> None:
        """Receive from this source from now on, or from nobody."""
        if source is self.source:
            return
        if self.source is not None:
            self.source.outlets.discard(self)
        self.source = source
        self._queue.clear()
        self._shift = None
        self._wants_keyframe = self.kind == "video"
        if source is not None:
            source.outlets.add(self)
            self.ask_keyframe()

    @property
    def open(self) -> bool:
        """Whether frames pass. Closed while the receiver's network cannot carry the picture."""
        return self._open

    def set_open(self, *, to: bool) -> None:
        """Let frames pass, or hold them back; a picture begins again with a keyframe."""
        if to and not self._open:
            self._wants_keyframe = self.kind == "video"
            self._open = True
            self.ask_keyframe()
        elif not to:
            self._open = False
            self._queue.clear()

    def ask_keyframe(self) -> None:
        """Pass the receiver's request on to the publisher."""
        if self.kind == "video" and self.source is not None and self._open:
            self.source.ask_keyframe()

    def put(self, frame: Frame) -> None:
        """Queue a frame for sending, or drop what this receiver cannot use."""
        if not self._open:
            return
        if len(self._queue) >= MAX_QUEUED[self.kind]:
            self._overflow()
        if self._wants_keyframe and not frame.keyframe:
            self.counters.dropped += 1
            self.ask_keyframe()
            return
        self._wants_keyframe = False
        self._queue.append(Frame(frame.payloads, self._rebase(frame.timestamp)))
        self._filled.set()

    async def recv(self) -> Frame:  # type: ignore[override]
        """The next frame to send."""
        while not self._queue:
            if self.readyState != "live":
                raise MediaStreamError
            self._filled.clear()
            await self._filled.wait()
        frame = self._queue.popleft()
        self.counters.frames += 1
        self.counters.bytes += frame.size
        return frame

    def stop(self) -> None:
        """End for good: leave the source and wake the sender."""
        self.connect(None)
        super().stop()
        self._filled.set()

    def _overflow(self) -> None:
        if self.kind == "audio":
            self._queue.popleft()
            self.counters.dropped += 1
            return
        # A picture without its predecessors is worth nothing: all go, a keyframe follows.
        self.counters.dropped += len(self._queue)
        self._queue.clear()
        self._wants_keyframe = True

    def _rebase(self, timestamp: int) -> int:
        """Continue the outlet's own time line when the source has changed."""
        now = self._clock()
        if self._shift is None:
            start = timestamp
            if self._last is not None:
                stamp, at = self._last
                start = stamp + max(1, round((now - at) * CLOCK_HZ[self.kind]))
            self._shift = start - timestamp
        moved = (timestamp + self._shift) % TIME_MOD
        self._last = (moved, now)
        return moved
