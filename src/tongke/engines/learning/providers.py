"""A question learning asks upward: which resources explain a key point?"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """A resource that could be recommended."""

    resource_id: int
    title: str
    minutes: int


Provider = Callable[[int], list[Offer]]
_PROVIDERS: list[Provider] = []


def register_provider(provider: Provider) -> None:
    """Answer `offers` from a package above; best offers first."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def offers(key_point_id: int) -> list[Offer]:
    """What may be recommended for a key point, best first."""
    return [offer for provider in _PROVIDERS for offer in provider(key_point_id)]
