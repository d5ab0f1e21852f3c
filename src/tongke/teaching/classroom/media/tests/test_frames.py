"""Frames come out whole, in order and in time, whatever the network does to the packets."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongke.teaching.classroom.media.frames import (
    AudioAssembler,
    Frame,
    NackList,
    Unwrapper,
    VideoAssembler,
    is_keyframe,
    patience,
)


@dataclass
class Packet:
    """An RTP packet of frame number `timestamp`."""

    sequence_number: int
    timestamp: int
    marker: int
    payload: bytes
    ssrc: int = 1


class Clock:
    """A clock that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def packets_of(frames: int, size: int = 3, first: int = 65_530) -> list[Packet]:
    """Frames of `size` packets each; numbers wrap on the way."""
    return [
        Packet((first + n) % 65_536, n // size, int(n % size == size - 1), bytes([n % 256]))
        for n in range(frames * size)
    ]


def test_frames_leave_with_their_last_packet() -> None:
    out: list[Frame] = []
    assembler = VideoAssembler(out.append)

    for number, packet in enumerate(packets_of(4), start=1):
        assembler.add(packet)
        assert len(out) == number // 3

    assert [frame.timestamp for frame in out] == [0, 1, 2, 3]
    assert out[1].payloads == (b"\x03", b"\x04", b"\x05")
    assert not any(frame.damaged for frame in out)


def test_a_late_packet_completes_its_frame() -> None:
    out: list[Frame] = []
    assembler = VideoAssembler(out.append)
    packets = packets_of(3)

    for packet in [packets[0], *packets[2:], packets[1]]:
        assembler.add(packet)

    assert [frame.timestamp for frame in out] == [0, 1, 2]


def test_a_hole_is_given_up_in_time_and_marked() -> None:
    out: list[Frame] = []
    clock = Clock()
    assembler = VideoAssembler(out.append, clock)
    packets = packets_of(6)
    del packets[4]

    for packet in packets[:9]:
        assembler.add(packet)
    assert [frame.timestamp for frame in out] == [0]
    clock.now += 0.41
    for packet in packets[9:]:
        assembler.add(packet)

    assert [(frame.timestamp, frame.damaged) for frame in out] == [
        (0, False),
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]


def test_padding_and_missing_markers_do_no_harm() -> None:
    out: list[Frame] = []
    assembler = VideoAssembler(out.append)

    for packet in [
        Packet(1, 10, 1, b"a"),
        Packet(2, 10, 0, b""),
        Packet(3, 20, 0, b"b"),
        Packet(4, 30, 1, b"c"),
    ]:
        assembler.add(packet)

    assert [(f.timestamp, f.payloads) for f in out] == [(10, (b"a",)), (20, (b"b",)), (30, (b"c",))]


@given(st.lists(st.integers(0, 59), unique=True, min_size=60, max_size=60), st.integers(0, 8))
def test_any_order_with_any_loss_gives_whole_frames_in_order(order: list[int], lost: int) -> None:
    out: list[Frame] = []
    clock = Clock()
    assembler = VideoAssembler(out.append, clock)
    packets = packets_of(20)

    # Packets come up to six places late, the first one first, and some do not come at all.
    late = sorted(range(1, 60), key=lambda n: n + order[n] % 7)
    gone = set(order[:lost])
    for number in [0, *(n for n in late if n not in gone)]:
        assembler.add(packets[number])
        clock.now += 0.01

    times = [frame.timestamp for frame in out]
    assert times == sorted(set(times))
    assert all(frame.payloads == whole(frame.timestamp) for frame in out)


def whole(timestamp: int) -> tuple[bytes, ...]:
    """The payloads of a complete frame of `packets_of`."""
    return tuple(bytes([timestamp * 3 + n]) for n in range(3))


def test_sound_goes_on_at_once_and_silence_packets_do_not() -> None:
    out: list[Frame] = []
    assembler = AudioAssembler(out.append)

    for packet in (Packet(2, 960, 0, b"b"), Packet(1, 0, 0, b"a"), Packet(3, 960, 0, b"")):
        assembler.add(packet)

    assert [frame.payloads for frame in out] == [(b"b",), (b"a",)]


def test_lost_packets_are_asked_for_again_until_given_up() -> None:
    clock = Clock()
    nacks = NackList(clock)
    asked = []
    for number in (10, 13, 14, 11, 15, 16, 17, 18, 19, 20):
        if nacks.add(Packet(number, 0, 0, b"x")):
            asked.append((round(clock.now - 100, 2), sorted(nacks.missing)))
        clock.now += 0.06

    assert asked == [(0.06, [11, 12]), (0.18, [12]), (0.3, [12]), (0.42, [12])]


def test_a_long_silence_is_not_asked_for() -> None:
    nacks = NackList(Clock())
    nacks.add(Packet(1, 0, 0, b"x"))

    assert not nacks.add(Packet(1000, 0, 0, b"x"))


def test_patience_follows_the_line() -> None:
    assert patience(0.02) == (0.4, 0.1)
    assert patience(0.3) == (0.75, 0.3)
    assert patience(5) == (1.2, 0.5)


def test_numbers_unwrap_both_ways() -> None:
    unwrap = Unwrapper()

    assert [unwrap(n) for n in (65_534, 65_535, 0, 65_535, 2)] == [
        65_534,
        65_535,
        65_536,
        65_535,
        65_538,
    ]


@pytest.mark.parametrize(
    ("codec", "payload", "key"),
    [
        ("VP8", b"\x10\x00rest", True),
        ("VP8", b"\x10\x01rest", False),
        ("VP8", b"\x00\x00rest", False),  # not the first packet of a frame
        ("VP8", b"\x90\x80\x81\x23\x00rest", True),  # 15-bit picture id
        ("VP8", b"\x90\xe0\x7f\x05\x20\x01rest", False),  # picture id, TL0PICIDX, TID
        ("VP8", b"\x90", False),
        ("H264", b"\x65rest", True),
        ("H264", b"\x41rest", False),
        ("H264", b"\x67rest", True),
        ("H264", b"\x7c\x85rest", True),  # FU-A of an IDR
        ("H264", b"\x7c\x81rest", False),
        ("H264", b"\x18\x00\x02\x09\x10\x00\x02\x65\x88", True),  # STAP-A: delimiter, IDR
        ("H264", b"\x18\x00\x02\x09\x10\x00\x02\x41\x88", False),
    ],
)
def test_keyframes_are_told_from_others(codec: str, payload: bytes, *, key: bool) -> None:
    assert is_keyframe(codec, (payload,)) is key
