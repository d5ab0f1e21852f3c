"""What is published reaches everybody, and nobody's slowness costs memory."""

import pytest
from aiortc.mediastreams import MediaStreamError

from tongke.teaching.classroom.media.frames import Frame
from tongke.teaching.classroom.media.relay import MAX_QUEUED, Kind, Outlet, Source
from tongke.teaching.classroom.media.tests.test_frames import Clock

KEY = (b"\x10\x00key",)
DELTA = (b"\x10\x01delta",)


class Track:
    """A source with a counter of the keyframes it was asked for."""

    def __init__(self, kind: Kind = "video") -> None:
        self.clock = Clock()
        self.asked = 0
        self.source = Source(kind, "VP8", self.ask, self.clock)

    def ask(self) -> None:
        self.asked += 1

    def outlet(self) -> Outlet:
        """An open outlet of this source."""
        outlet = Outlet(self.source.kind, self.clock)
        outlet.set_open(to=True)
        outlet.connect(self.source)
        return outlet

    def send(self, payloads: tuple[bytes, ...], at: int = 0, *, damaged: bool = False) -> None:
        self.source.deliver(Frame(payloads, at, damaged=damaged))


async def test_a_receiver_begins_with_a_keyframe() -> None:
    track = Track()
    track.send(KEY)
    outlet = track.outlet()
    asked = track.asked

    track.send(DELTA, 1)
    track.send(KEY, 2)
    track.send(DELTA, 3)

    assert asked == 1
    assert [(await outlet.recv()).payloads for _ in range(2)] == [KEY, DELTA]
    assert outlet.counters.dropped == 1


async def test_pictures_after_a_loss_wait_for_a_keyframe() -> None:
    track = Track()
    outlet = track.outlet()

    track.send(KEY)
    track.send(DELTA, 1, damaged=True)
    track.send(DELTA, 2)
    track.send(KEY, 3, damaged=True)

    assert [(await outlet.recv()).timestamp for _ in range(2)] == [0, 3]
    assert track.source.counters.dropped == 2


async def test_keyframe_requests_grow_rarer_until_one_comes() -> None:
    track = Track()
    asked_at = []
    for _ in range(80):
        before = track.asked
        track.source.ask_keyframe()
        if track.asked > before:
            asked_at.append(track.clock.now - 100)
        track.clock.now += 0.125

    assert asked_at == [0, 0.5, 1.5, 3.5, 7.5]
    track.send(KEY)
    track.source.ask_keyframe()
    assert track.asked == len(asked_at) + 1


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_a_queue_never_grows_beyond_its_cap(kind: Kind) -> None:
    track = Track(kind)
    outlet = track.outlet()

    for number in range(MAX_QUEUED[kind] + 5):
        track.send(KEY if number == 0 else DELTA, number)

    assert outlet.counters.dropped > 0
    if kind == "audio":  # the oldest have gone
        assert (await outlet.recv()).timestamp == 5
    else:  # all have gone: a picture is worth nothing without its predecessors
        track.send(KEY, 100)
        assert (await outlet.recv()).timestamp == 100


async def test_a_closed_outlet_lets_nothing_pass_and_opens_with_a_keyframe() -> None:
    track = Track()
    outlet = track.outlet()
    track.send(KEY)
    outlet.set_open(to=False)
    track.send(DELTA, 1)
    track.clock.now += 1
    asked = track.asked

    outlet.set_open(to=True)
    track.send(DELTA, 2)
    track.send(KEY, 3)

    assert track.asked > asked
    assert (await outlet.recv()).timestamp == 3


async def test_time_goes_on_when_the_source_changes() -> None:
    first, second = Track("audio"), Track("audio")
    first.clock = second.clock
    outlet = first.outlet()
    outlet._clock = first.clock
    first.send(DELTA, 4_294_967_200)
    before = (await outlet.recv()).timestamp
    first.clock.now += 2

    outlet.connect(second.source)
    second.send(DELTA, 77)
    second.send(DELTA, 77 + 960)
    after = [(await outlet.recv()).timestamp for _ in range(2)]

    assert after[0] == (before + 2 * 48_000) % 2**32
    assert after[1] == after[0] + 960


async def test_a_stopped_outlet_leaves_its_source_and_ends() -> None:
    track = Track()
    outlet = track.outlet()

    outlet.stop()

    assert track.source.outlets == set()
    with pytest.raises(MediaStreamError):
        await outlet.recv()
