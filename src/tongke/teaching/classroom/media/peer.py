"""One participant's peer connection: what they publish, and a slot for everyone they receive.

The browser offers once, with fixed sections: its own sound and picture if it may publish, then one
sound and one picture for each slot. People come and go by being put into slots, so there is no
renegotiation to go wrong; a fresh offer makes a fresh connection.
"""

from collections.abc import Callable
from typing import TypedDict

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceCandidate,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.sdp import candidate_from_sdp

from tongke.teaching.classroom.media import sdp
from tongke.teaching.classroom.media.passthrough import ForwardReceiver, ForwardSender
from tongke.teaching.classroom.media.relay import Kind, Outlet, Source

KINDS: tuple[Kind, Kind] = ("audio", "video")
H264_PROFILE = "42e01f"
"""Constrained baseline, level 3.1: the one every H.264 decoder has."""


class BadOffer(Exception):
    """The browser's offer does not fit the protocol, or lacks the room's codec."""


class Slot(TypedDict):
    """The two tracks by which one other participant reaches this one."""

    audio: Outlet
    video: Outlet


def codec_preferences(codec: str) -> list[RTCRtpCodecCapability]:
    """The only video codec a connection of a room may use, with retransmission."""
    capabilities = RTCRtpReceiver.getCapabilities("video")
    assert capabilities is not None

    def wanted(capability: RTCRtpCodecCapability) -> bool:
        if capability.name == "H264":
            profile = capability.parameters.get("profile-level-id")
            return codec == "H264" and profile == H264_PROFILE
        return capability.name in (codec, "rtx")

    return [capability for capability in capabilities.codecs if wanted(capability)]


def audio_preferences() -> list[RTCRtpCodecCapability]:
    """Opus and nothing else."""
    capabilities = RTCRtpReceiver.getCapabilities("audio")
    assert capabilities is not None
    return [capability for capability in capabilities.codecs if capability.name == "opus"]


class Peer:
    """A connection with one browser. Make it, `answer` its offer once, `close` it."""

    def __init__(self, codec: str, *, publishes: bool, slots: int) -> None:
        # An explicit empty list: aiortc's default is a public STUN server on the internet.
        self._pc = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.codec = codec
        self.sources: dict[Kind, Source] = {}
        self.receivers: dict[Kind, ForwardReceiver] = {}
        self.slots: list[Slot] = []
        self.senders: list[ForwardSender] = []
        self._early: list[RTCIceCandidate] | None = []
        if publishes:
            for kind in KINDS:
                self._add_source(kind)
        for number in range(slots):
            self._add_slot(number)

    @property
    def state(self) -> str:
        """new, connecting, connected, failed or closed."""
        return self._pc.connectionState

    def outlets(self) -> list[tuple[ForwardSender, Outlet]]:
        """Every sender with the outlet it sends from."""
        queues = [slot[kind] for slot in self.slots for kind in KINDS]
        return list(zip(self.senders, queues, strict=True))

    def on_state(self, tell: Callable[[str], None]) -> None:
        """Call `tell` with each new state."""
        self._pc.on("connectionstatechange", lambda: tell(self._pc.connectionState))

    async def answer(self, offer: str) -> str:
        """Accept the browser's offer.

        Raises:
            BadOffer: sections, codecs or syntax do not fit. The peer is of no more use: close it.
        """
        expected = [*(KINDS if self.sources else ()), *KINDS * len(self.slots)]
        if sdp.kinds(offer) != expected:
            raise BadOffer("sections")
        try:
            await self._pc.setRemoteDescription(
                RTCSessionDescription(sdp.without_hidden_candidates(offer), "offer")
            )
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        except (ValueError, OperationError, InvalidStateError, AssertionError) as unfit:
            raise BadOffer(str(unfit) or "syntax") from unfit
        early, self._early = self._early or [], None
        for candidate in early:
            await self._pc.addIceCandidate(candidate)
        return self._pc.localDescription.sdp

    async def add_candidate(self, text: str, mid: str) -> None:
        """A candidate of the browser that came after its offer; unusable ones are ignored."""
        if ".local " in text or not text.startswith("candidate:"):
            return
        try:
            candidate = candidate_from_sdp(text.removeprefix("candidate:"))
        except (ValueError, AssertionError, IndexError):
            return
        candidate.sdpMid = mid
        if self._early is not None:
            self._early.append(candidate)
        else:
            await self._pc.addIceCandidate(candidate)

    async def close(self) -> None:
        """End the connection; what it published ends for everybody."""
        for source in self.sources.values():
            for outlet in list(source.outlets):
                outlet.connect(None)
        for slot in self.slots:
            slot["audio"].stop()
            slot["video"].stop()
        await self._pc.close()

    def _add_source(self, kind: Kind) -> None:
        transceiver = self._pc.addTransceiver(kind, direction="recvonly")
        self._prefer(transceiver)
        receiver = transceiver.receiver
        assert isinstance(receiver, ForwardReceiver)
        codec = self.codec if kind == "video" else "opus"
        receiver.source = Source(kind, codec, receiver.ask_keyframe)
        self.sources[kind] = receiver.source
        self.receivers[kind] = receiver

    def _add_slot(self, number: int) -> None:
        outlets = {kind: Outlet(kind) for kind in KINDS}
        for kind in KINDS:
            transceiver = self._pc.addTransceiver(outlets[kind], direction="sendonly")
            self._prefer(transceiver)
            # The browser keeps lips and words together for tracks of the same stream.
            transceiver.sender._stream_id = f"slot{number}"
            assert isinstance(transceiver.sender, ForwardSender)
            self.senders.append(transceiver.sender)
        self.slots.append(Slot(audio=outlets["audio"], video=outlets["video"]))

    def _prefer(self, transceiver: RTCRtpTransceiver) -> None:
        audio = transceiver.kind == "audio"
        transceiver.setCodecPreferences(
            audio_preferences() if audio else codec_preferences(self.codec)
        )
