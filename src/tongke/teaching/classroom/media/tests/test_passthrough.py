"""What goes in comes out, byte for byte, and no codec is ever built.

Both ends are aiortc over real UDP, DTLS and SRTP on loopback; the "browsers" send and receive
encoded frames as they are.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import aiortc
import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc import rtcrtpreceiver as receivers
from aiortc import rtcrtpsender as senders

from tongke.teaching.classroom.media import passthrough
from tongke.teaching.classroom.media.frames import Frame
from tongke.teaching.classroom.media.limits import Policy
from tongke.teaching.classroom.media.peer import KINDS, BadOffer, Peer
from tongke.teaching.classroom.media.port import Role
from tongke.teaching.classroom.media.relay import Outlet, Source
from tongke.teaching.classroom.media.rooms import Room
from tongke.teaching.classroom.media.tests.test_rooms import Link, grant

pytestmark = [pytest.mark.usefixtures("forwarding"), pytest.mark.enable_socket]

VP8 = [
    aiortc.RTCRtpCodecCapability("video/VP8", 90_000),
    aiortc.RTCRtpCodecCapability("video/rtx", 90_000),
]
KEY = b"\x10\x00"
DELTA = b"\x10\x01"


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it stays false.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


class Browser:
    """A page without a page: joins a room, publishes frames, keeps those that arrive."""

    def __init__(self, room: Room, name: str, role: Role = "room") -> None:
        self.room = room
        self.link = Link()
        self.member = room.join(grant(name, role), self.link)
        config = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.pc = RTCPeerConnection(config)
        self.asked = 0
        self.got: list[list[Frame]] = []
        self.camera = Source("video", "VP8", self.ask)
        self.microphone = Source("audio", "opus", self.ask)

    def ask(self) -> None:
        self.asked += 1

    async def connect(self, codec: list[aiortc.RTCRtpCodecCapability] | None = None) -> None:
        """Offer the sections of the protocol and apply the answer."""
        for source in (self.microphone, self.camera):
            outlet = Outlet(source.kind)
            outlet.set_open(to=True)
            outlet.connect(source)
            self.pc.addTransceiver(outlet, direction="sendonly")
        for _ in self.member.seats:
            for kind in KINDS:
                self.add_slot(kind)
        for transceiver in self.pc.getTransceivers():
            if transceiver.kind == "video" and codec:
                transceiver.setCodecPreferences(codec)
        await self.pc.setLocalDescription(await self.pc.createOffer())
        await self.room.offer(self.member, self.pc.localDescription.sdp)
        answer = self.link.last("answer")["sdp"]
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: self.pc.connectionState == "connected")

    def add_slot(self, kind: Any) -> None:
        """Receive one more track into `got`."""
        received: list[Frame] = []
        receiver = self.pc.addTransceiver(kind, direction="recvonly").receiver
        receiver.source = Source(kind, "VP8", lambda: None)
        receiver.source.deliver = received.append
        self.got.append(received)

    def show(self, payload: bytes, at: int) -> None:
        """Publish a picture of two packets."""
        self.camera.deliver(Frame((payload + bytes(900), b"\x00" + payload), at))

    def say(self, payload: bytes, at: int) -> None:
        """Publish a piece of sound."""
        self.microphone.deliver(Frame((payload,), at))


async def test_frames_arrive_as_they_were_sent() -> None:
    room = Room("lesson", "VP8", Policy())
    teacher, hill = Browser(room, "teacher", "host"), Browser(room, "hill")
    await teacher.connect(VP8)
    await hill.connect(VP8)
    await until(lambda: len(room.members["teacher"].peer.sources["video"].outlets) == 1)

    sound, pictures = hill.got[0], hill.got[1]
    for number in range(200):
        teacher.show((KEY if number % 10 == 0 else DELTA) + b"%d" % number, number * 3000)
        teacher.say(b"sound %d" % number, number * 960)
        await asyncio.sleep(0.002)
        if len(pictures) > 20 and len(sound) > 20:
            break

    assert len(pictures) > 20
    first = int(pictures[0].payloads[1][3:])
    for n, frame in enumerate(pictures):
        head = (KEY if (first + n) % 10 == 0 else DELTA) + b"%d" % (first + n)
        assert frame.payloads == (head + bytes(900), b"\x00" + head)
    assert sound[0].payloads[0].startswith(b"sound ")
    steps = {b.timestamp - a.timestamp for a, b in pairwise(pictures)}
    assert {step % 2**32 for step in steps} == {3000}
    await leave(room, teacher, hill)


async def test_a_lost_picture_is_asked_for_at_its_publisher() -> None:
    room = Room("lesson", "VP8", Policy())
    teacher, hill = Browser(room, "teacher", "host"), Browser(room, "hill")
    await teacher.connect(VP8)
    await hill.connect(VP8)
    for number in range(5):
        teacher.show(KEY, number * 3000)
        await asyncio.sleep(0.01)
    await until(lambda: hill.got[1])
    for source in (room.members["teacher"].peer.sources["video"], teacher.camera):
        source._asked_at = None  # as if nobody had asked for long
    before = teacher.asked

    video = [t.receiver for t in hill.pc.getTransceivers() if t.kind == "video"]
    video[1].ask_keyframe()

    await until(lambda: teacher.asked > before)
    await leave(room, teacher, hill)


async def test_a_room_of_h264_falls_back_when_someone_lacks_it() -> None:
    room = Room("lesson", "auto", Policy())
    modern, old = Browser(room, "teacher", "host"), Browser(room, "hill")
    await modern.connect()
    assert "H264" in modern.link.last("answer")["sdp"]

    await old.connect(VP8)

    assert modern.link.last("restart") == {"type": "restart", "codec": "VP8"}
    assert room.members["teacher"].peer is None
    again = Browser(room, "teacher", "host")
    await again.connect()
    assert "H264" not in again.link.last("answer")["sdp"]
    await leave(room, modern, old, again)


async def test_a_fixed_room_refuses_who_lacks_its_codec() -> None:
    room = Room("lesson", "H264", Policy())
    old = Browser(room, "hill")

    with pytest.raises(BadOffer):
        await old.connect(VP8)

    await leave(room, old)


async def leave(room: Room, *browsers: Browser) -> None:
    """Close both ends."""
    for browser in browsers:
        await browser.pc.close()
    room.close("closed")
    await room.settled()


async def test_no_codec_can_be_built() -> None:
    codec = aiortc.RTCRtpCodecParameters("video/VP8", 90_000, payloadType=97)

    for build in (receivers.get_decoder, senders.get_encoder):
        with pytest.raises(AssertionError, match="must not build a codec"):
            build(codec)
    peer = Peer("H264", publishes=True, slots=4)
    assert type(peer.receivers["video"]) is passthrough.ForwardReceiver
    assert {type(sender) for sender in peer.senders} == {passthrough.ForwardSender}
    await peer.close()


def test_another_aiortc_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc, "__version__", "1.17.0")

    with pytest.raises(RuntimeError, match=r"1\.16"):
        passthrough.install()
