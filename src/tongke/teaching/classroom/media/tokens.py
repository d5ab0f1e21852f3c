"""Permissions to join: short-lived, signed, bound to one room and one participant."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import get_args

from tongke.teaching.classroom.media.port import Codec, Role

MIN_SECRET_BYTES = 32
_PURPOSE_JOIN = b"tongke-media-join:"
_PURPOSE_ADMIN = b"tongke-media-admin:"


class BadToken(Exception):
    """The token is forged, mangled, expired or for another room; the text says which."""


@dataclass(frozen=True)
class Grant:
    """What a token permits. `issued` and `expires` are seconds since 1970."""

    room: str
    participant: str
    role: Role
    name: str
    codec: Codec
    issued: float
    expires: float


def mint(grant: Grant, secret: bytes) -> str:
    """The grant in a form that browsers can carry but not change.

    Raises:
        ValueError: the secret is shorter than 32 bytes.
    """
    body = json.dumps(asdict(grant), ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_sign(body, secret, _PURPOSE_JOIN))}"


def verify(token: str, secret: bytes, *, room: str, now: float) -> Grant:
    """The grant inside a token of ours.

    Raises:
        BadToken: the token does not permit joining `room` at `now`.
    """
    try:
        body, signature = (_bytes(part) for part in token.split("."))
    except (ValueError, binascii.Error) as mangled:
        raise BadToken("mangled") from mangled
    if not hmac.compare_digest(signature, _sign(body, secret, _PURPOSE_JOIN)):
        raise BadToken("forged")
    grant = Grant(**json.loads(body))
    if grant.room != room:
        raise BadToken("another room")
    if grant.expires <= now:
        raise BadToken("expired")
    if grant.role not in get_args(Role) or grant.codec not in get_args(Codec):
        raise BadToken("unknown role or codec")
    return grant


def admin_key(secret: bytes) -> str:
    """The bearer key of the engine's administration, derived from the shared secret."""
    return _sign(b"", secret, _PURPOSE_ADMIN).hex()


def _sign(body: bytes, secret: bytes, purpose: bytes) -> bytes:
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"the media secret must have at least {MIN_SECRET_BYTES} bytes")
    return hmac.new(secret, purpose + body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
