"""Sealing of short secrets: SM4 in GCM mode with a key id, and blind indexes for look-up.

A sealed text reads ``sm4:<key id>:<base64 of nonce, tag and cipher text>``. Old key ids stay
readable; new values take the current key.

Source: GB/T 32907 (SM4), GB/T 32905 (SM3), NIST SP 800-38D (GCM).
"""

import base64
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

_MARK = "sm4:"


def sm3(data: bytes) -> str:
    """The SM3 digest as 64 hexadecimal characters."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def _key(key_id: str) -> bytes:
    return bytes.fromhex(sm3(settings.TONGKE_FIELD_KEYS[key_id]))[:16]


def seal(text: str) -> str:
    """The text under the current key; an empty text stays empty."""
    if not text:
        return ""
    key_id, nonce = settings.TONGKE_FIELD_KEY_ID, os.urandom(12)
    lock = Cipher(algorithms.SM4(_key(key_id)), modes.GCM(nonce)).encryptor()
    lock.authenticate_additional_data(key_id.encode())
    body = lock.update(text.encode()) + lock.finalize()
    return f"{_MARK}{key_id}:{base64.b64encode(nonce + lock.tag + body).decode()}"


def unseal(sealed: str) -> str:
    """The text of a sealed value.

    Raises:
        ValueError: the value is not sealed by a key we hold, or was changed.
    """
    if not sealed:
        return ""
    if not sealed.startswith(_MARK):
        raise ValueError("not a sealed value")
    key_id, body = sealed.removeprefix(_MARK).split(":", 1)
    if key_id not in settings.TONGKE_FIELD_KEYS:
        raise ValueError(f"no field key {key_id!r}")
    raw = base64.b64decode(body)
    nonce, tag, text = raw[:12], raw[12:28], raw[28:]
    lock = Cipher(algorithms.SM4(_key(key_id)), modes.GCM(nonce, tag)).decryptor()
    lock.authenticate_additional_data(key_id.encode())
    try:
        return (lock.update(text) + lock.finalize()).decode()
    except InvalidTag as broken:
        raise ValueError("the sealed value was changed") from broken


def blind(text: str) -> str:
    """A keyed digest that finds equal texts without revealing them; empty for empty."""
    text = text.strip().upper()
    if not text:
        return ""
    return hmac.new(settings.TONGKE_BLIND_KEY, text.encode(), "sha256").hexdigest()[:40]
