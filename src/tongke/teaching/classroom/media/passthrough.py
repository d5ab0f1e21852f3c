"""aiortc as a forwarder: received frames go on as they are, nothing is decoded or encoded.

aiortc offers no public way to do this, so this module replaces a few of its internals. It is
written for version 1.16 and refuses any other; `tests/test_passthrough.py` fails when a decoder
or an encoder is built. Measured: forwarding costs 5 % of a core where decoding and encoding again
costs 42 % (docs/adr/0005).
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Coroutine
from types import ModuleType
from typing import Any, NoReturn

import aiortc
from aiortc import rtcpeerconnection, rtcrtpreceiver, rtcrtpsender
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from tongke.teaching.classroom.media.frames import (
    AudioAssembler,
    Frame,
    NackList,
    VideoAssembler,
    patience,
)
from tongke.teaching.classroom.media.relay import Outlet, Source

SUPPORTED = "1.16."


def install() -> None:
    """Make every peer connection of this process a forwarding one. May be called again.

    Raises:
        RuntimeError: another version of aiortc is installed than the one this was written for.
    """
    if not aiortc.__version__.startswith(SUPPORTED):
        raise RuntimeError(f"the media engine needs aiortc {SUPPORTED}*, not {aiortc.__version__}")
    for module, name, replacement in REPLACEMENTS:
        assert hasattr(module, name), f"aiortc has no {name} any more"
        setattr(module, name, replacement)


def _no_decoder_worker(
    loop: asyncio.AbstractEventLoop,
    input_q: "queue.Queue[Any]",
    output_q: "asyncio.Queue[Any]",
    decode_error: threading.Event,
) -> None:
    """Stand where aiortc decodes: nothing arrives here but the end, which is passed on."""
    task = input_q.get()
    asyncio.run_coroutine_threadsafe(output_q.put(None), loop)
    assert task is None, "a frame has come to the decoder"


def _payload_as_it_is(_codec: RTCRtpCodecParameters, payload: bytes) -> bytes:
    return payload


def _refuse_codec(codec: RTCRtpCodecParameters) -> NoReturn:
    raise AssertionError(f"a forwarder must not build a codec ({codec.mimeType})")


class ForwardReceiver(rtcrtpreceiver.RTCRtpReceiver):
    """Receives a published track and hands its encoded frames to `source`.

    `estimate` is aiortc's estimate of the uplink in bits per second, `bytes_received` all payload
    that has arrived, repeated packets included.
    """

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.source: Source | None = None
        self.estimate: int | None = None
        self.bytes_received = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._frames: AudioAssembler | VideoAssembler
        if kind == "audio":
            self._frames = AudioAssembler(self._deliver)
        else:
            self._frames = VideoAssembler(self._deliver)
            self._nacks = NackList()
            self._RTCRtpReceiver__nack_generator = self._nacks
        self._RTCRtpReceiver__jitter_buffer = self._frames

    def ask_keyframe(self) -> None:
        """Send a picture loss indication, once something has been received."""
        if self._frames.ssrc is not None:
            self._soon(self._send_rtcp_pli(self._frames.ssrc))

    def adapt(self, *, round_trip_s: float | None, told: int) -> None:
        """Suit the repair of losses to the line, and tell the publisher what it may send (bit/s).

        aiortc sends its estimates only while packets come: a browser that stopped sending pictures
        because of a low one would never hear of better times. And it takes the jitter of a busy
        machine for a full line, so its estimates go to the room's judgement, not to the browser.
        """
        assert isinstance(self._frames, VideoAssembler)
        if round_trip_s is not None:
            self._nacks.patience_s, self._nacks.retry_s = patience(round_trip_s)
            self._frames.patience_s = self._nacks.patience_s
        own_ssrc: int | None = self._RTCRtpReceiver__rtcp_ssrc  # type: ignore[attr-defined]
        if own_ssrc is not None and self._frames.ssrc is not None:
            fci = pack_remb_fci(told, [self._frames.ssrc])
            remb = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own_ssrc, media_ssrc=0, fci=fci)
            self._soon(super()._send_rtcp(remb))

    def _soon(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def packets(self) -> tuple[int, int]:
        """Packets expected and packets that came, before repair, since the beginning."""
        streams: dict[int, Any] = self._RTCRtpReceiver__remote_streams  # type: ignore[attr-defined]
        stream = streams.get(self._frames.ssrc or 0)
        return (stream.packets_expected, stream.packets_received) if stream else (0, 0)

    def _deliver(self, frame: Frame) -> None:
        if self.source is not None:
            self.source.deliver(frame)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.bytes_received += len(packet.payload)
        await super()._handle_rtp_packet(packet, arrival_time_ms)

    async def _send_rtcp(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self.estimate = unpack_remb_fci(packet.fci)[0]
            return  # see `adapt`
        await super()._send_rtcp(packet)


class ForwardSender(rtcrtpsender.RTCRtpSender):
    """Sends the frames of an `Outlet` and notes what its receiver reports."""

    def __init__(self, trackOrKind: Any, transport: RTCDtlsTransport) -> None:  # noqa: N803
        super().__init__(trackOrKind, transport)
        self.estimate: tuple[float, int] | None = None  # when (monotonic), bits per second
        self.loss = 0.0
        self.round_trip: tuple[float, float] | None = None  # when (monotonic), seconds

    async def _next_encoded_frame(
        self, codec: RTCRtpCodecParameters
    ) -> rtcrtpsender.RTCEncodedFrame:
        outlet = self.track
        assert isinstance(outlet, Outlet)
        frame = await outlet.recv()
        return rtcrtpsender.RTCEncodedFrame(list(frame.payloads), frame.timestamp, None)  # type: ignore[arg-type]

    def _send_keyframe(self) -> None:
        """A receiver lost the picture: aiortc would tell its encoder, we tell the publisher."""
        if isinstance(self.track, Outlet):
            self.track.ask_keyframe()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    self._note(report)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            with contextlib.suppress(ValueError):  # some other message of the application layer
                self.estimate = (time.monotonic(), unpack_remb_fci(packet.fci)[0])
        await super()._handle_rtcp_packet(packet)

    def _note(self, report: RtcpReceiverInfo) -> None:
        self.loss = report.fraction_lost / 256
        # aiortc smooths the round trip over some ten seconds, too slow to see a queue build up.
        sent_at: float | None = self._RTCRtpSender__lsr_time  # type: ignore[attr-defined]
        known: int | None = self._RTCRtpSender__lsr  # type: ignore[attr-defined]
        if sent_at is not None and report.dlsr and report.lsr == known:
            trip = time.time() - sent_at - report.dlsr / 65536
            self.round_trip = (time.monotonic(), max(0.0, trip))


REPLACEMENTS: tuple[tuple[ModuleType, str, object], ...] = (
    (rtcpeerconnection, "RTCRtpReceiver", ForwardReceiver),
    (rtcpeerconnection, "RTCRtpSender", ForwardSender),
    (rtcrtpreceiver, "decoder_worker", _no_decoder_worker),
    (rtcrtpreceiver, "depayload", _payload_as_it_is),
    (rtcrtpreceiver, "get_decoder", _refuse_codec),
    (rtcrtpsender, "get_encoder", _refuse_codec),
)
