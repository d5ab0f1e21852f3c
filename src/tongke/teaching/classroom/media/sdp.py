"""Small changes to session descriptions that aiortc has no call for. Text in, text out."""

import re

_SECTION = re.compile(r"(?m)^(?=m=)")


def kinds(sdp: str) -> list[str]:
    """The kinds of the media sections, in order.

    Example:
        >>> kinds("v=0\\r\\nm=audio 9 X 1\\r\\nm=video 9 X 2\\r\\n")
        ['audio', 'video']
    """
    return re.findall(r"(?m)^m=(\w+)", sdp)


def video_codecs(sdp: str) -> set[str]:
    """Names (upper case) of the codecs that every video section offers; empty without video."""
    offered = [
        {name.upper() for name in re.findall(r"(?m)^a=rtpmap:\d+ ([\w-]+)/90000", section)}
        for section in _SECTION.split(sdp)
        if section.startswith("m=video")
    ]
    return set.intersection(*offered) if offered else set()


def without_hidden_candidates(sdp: str) -> str:
    """Drop candidates whose address is an mDNS name.

    Browsers hide local addresses until a camera is allowed. Resolving such a name delays the
    answer by seconds and is not needed: the browser contacts us, and that shows its address.
    """
    return re.sub(r"(?m)^a=candidate:[^\r\n]*\.local [^\r\n]*\r?\n", "", sdp)


def with_public_address(sdp: str, addresses: dict[str, str]) -> str:
    """Name the public address instead of the local one wherever the router maps 1:1."""
    for local, public in addresses.items():
        sdp = re.sub(rf"(?<=[ ]){re.escape(local)}(?=[ \r\n])", public, sdp)
    return sdp


def with_sender_hints(sdp: str, *, start_kbps: int, max_kbps: int, audio_kbps: int) -> str:
    """Tell Chromium what to send in the sections that we receive.

    Without a start bitrate it begins near 300 kbit/s and stays blurred for half a minute. There
    is no minimum: on a poor line the picture must be able to shrink, so that the sound survives.
    Sound gets in-band error correction, so that single losses are not heard.
    """
    sections = [
        _hinted(section, start_kbps, max_kbps, audio_kbps) if "a=recvonly" in section else section
        for section in _SECTION.split(sdp)
    ]
    return "".join(sections)


def _hinted(section: str, start_kbps: int, max_kbps: int, audio_kbps: int) -> str:
    if section.startswith("m=audio"):
        hints = f"minptime=10;useinbandfec=1;maxaveragebitrate={audio_kbps * 1000}"
    else:
        hints = f"x-google-start-bitrate={start_kbps};x-google-max-bitrate={max_kbps}"
    first = re.match(r"m=\w+ \d+ \S+ (\d+)", section)
    if first is None:
        return section
    payload = first[1]
    line = re.compile(rf"(?m)^a=fmtp:{payload} ([^\r\n]*)")
    if line.search(section):
        return line.sub(rf"a=fmtp:{payload} \1;{hints}", section, count=1)
    rtpmap = re.compile(rf"(?m)^(a=rtpmap:{payload} [^\r\n]*)\r?\n")
    return rtpmap.sub(rf"\1\r\na=fmtp:{payload} {hints}\r\n", section, count=1)
