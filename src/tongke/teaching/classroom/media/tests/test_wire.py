"""Descriptions, addresses and messages: text in, text out."""

import asyncio

import pytest

from tongke.teaching.classroom.media import sdp
from tongke.teaching.classroom.media.network import PortRangeLoop, parse_addresses, parse_ports
from tongke.teaching.classroom.media.wire import BadMessage, pack, parse

ANSWER = "\r\n".join(
    [
        "v=0",
        "c=IN IP4 192.0.2.7",
        "m=audio 5004 UDP/TLS/RTP/SAVPF 111",
        "a=recvonly",
        "a=rtpmap:111 opus/48000/2",
        "m=video 5004 UDP/TLS/RTP/SAVPF 102 103",
        "a=recvonly",
        "a=rtpmap:102 H264/90000",
        "a=fmtp:102 packetization-mode=1",
        "a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host",
        "a=candidate:2 1 udp 2130706431 1b3c-9.local 5006 typ host",
        "m=video 9 UDP/TLS/RTP/SAVPF 102",
        "a=sendonly",
        "a=rtpmap:102 H264/90000",
        "",
    ]
)


def test_sections_and_codecs_are_read() -> None:
    assert sdp.kinds(ANSWER) == ["audio", "video", "video"]
    assert sdp.video_codecs(ANSWER) == {"H264"}
    assert sdp.video_codecs("v=0\r\n") == set()


def test_hidden_candidates_are_dropped_and_public_addresses_named() -> None:
    clean = sdp.with_public_address(
        sdp.without_hidden_candidates(ANSWER), {"192.0.2.7": "203.0.113.9"}
    )

    assert ".local" not in clean
    assert "c=IN IP4 203.0.113.9\r\n" in clean
    assert "2130706431 203.0.113.9 5004" in clean
    assert clean.count("m=") == 3


def test_only_what_we_receive_gets_hints() -> None:
    hinted = sdp.with_sender_hints(ANSWER, start_kbps=800, max_kbps=1500, audio_kbps=32)

    assert "a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=32000\r\n" in hinted
    assert (
        "a=fmtp:102 packetization-mode=1;x-google-start-bitrate=800;x-google-max-bitrate=1500\r\n"
        in hinted
    )
    assert hinted.split("a=sendonly")[1] == ANSWER.split("a=sendonly")[1]


def test_addresses_and_ports_of_the_command_line() -> None:
    assert parse_addresses(["127.0.0.1", "192.0.2.7=203.0.113.7"]) == {
        "127.0.0.1": "127.0.0.1",
        "192.0.2.7": "203.0.113.7",
    }
    assert parse_ports("20000-20100") == (20000, 20100)
    for wrong in ("20100-20000", "1-2", "x", "70000"):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever int() or we say
            parse_ports(wrong)


def test_media_sockets_stay_in_their_range_and_say_when_it_is_full() -> None:
    loop = PortRangeLoop()
    loop.ports = (39_200, 39_203)

    async def bind() -> int:
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        transports.append(transport)
        return int(transport.get_extra_info("sockname")[1])

    transports: list[asyncio.DatagramTransport] = []
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        assert sorted(runner.run(bind()) for _ in range(4)) == [39_200, 39_201, 39_202, 39_203]
        with pytest.raises(OSError, match="39200-39203"):
            runner.run(bind())
        for transport in transports:
            transport.close()


def test_good_messages_pass() -> None:
    message = {"type": "mute", "audio": True, "video": False}

    assert parse(pack(message)) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"type": "dance"}',
        '{"type": ["hello"]}',
        '{"type": "hello"}',
        '{"type": "hello", "token": 7}',
        '{"type": "offer", "sdp": null}',
        "[" * 100_000,
    ],
)
def test_bad_messages_are_named(text: str) -> None:
    with pytest.raises(BadMessage):
        parse(text)
