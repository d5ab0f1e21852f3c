"""Which addresses and ports the media uses."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aioice.ice

_host_addresses = aioice.ice.get_host_addresses


@dataclass(frozen=True)
class Network:
    """How browsers reach the media.

    Attributes:
        addresses: local address to the address told to browsers (equal unless the router maps
            one to the other). Empty: every address of this machine except loopback.
        ports: first and last UDP port; None lets the system choose.
        ice_servers: STUN and TURN servers for the browsers, as RTCIceServer dictionaries.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, int] | None = None
    ice_servers: tuple[dict[str, Any], ...] = ()

    def apply(self) -> None:
        """Make aioice offer only these addresses. It has no public setting for it."""
        wanted = list(self.addresses)

        def chosen(use_ipv4: bool = True, use_ipv6: bool = True) -> list[str]:  # noqa: FBT001, FBT002
            return wanted or _host_addresses(use_ipv4, use_ipv6)

        aioice.ice.get_host_addresses = chosen


def parse_addresses(texts: Sequence[str]) -> dict[str, str]:
    """Addresses as given on the command line.

    Example:
        >>> parse_addresses(["127.0.0.1", "192.0.2.7=203.0.113.7"])
        {'127.0.0.1': '127.0.0.1', '192.0.2.7': '203.0.113.7'}
    """
    pairs = (text.partition("=") for text in texts)
    return {local: public or local for local, _, public in pairs}


def parse_ports(text: str) -> tuple[int, int]:
    """A range such as "20000-20100".

    Raises:
        ValueError: not two ports in order, or not ports at all.
    """
    first, _, last = text.partition("-")
    ports = int(first), int(last or first)
    if not 1024 <= ports[0] <= ports[1] <= 65535:
        raise ValueError(f"not a range of UDP ports: {text}")
    return ports


class PortRangeLoop(asyncio.SelectorEventLoop):
    """An event loop that binds UDP sockets within a range, because aioice asks for port 0."""

    ports: tuple[int, int] | None = None
    _next_port = 0

    async def create_datagram_endpoint(  # type: ignore[override]
        self, protocol_factory: Any, local_addr: Any = None, **options: Any
    ) -> Any:
        """As asyncio's; a local port of 0 means the next free one of the range.

        Raises:
            OSError: every port of the range is taken.
        """
        plain = super().create_datagram_endpoint
        if self.ports is None or local_addr is None or local_addr[1] != 0:
            return await plain(protocol_factory, local_addr, **options)
        first, last = self.ports
        size = last - first + 1
        for step in range(size):
            port = first + (self._next_port + step) % size
            try:
                made = await plain(protocol_factory, (local_addr[0], port), **options)
            except OSError:
                continue
            self._next_port = (port - first + 1) % size
            return made
        raise OSError(f"no free UDP port in {first}-{last}")
