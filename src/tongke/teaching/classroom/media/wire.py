"""The messages between a browser and the engine: JSON objects with a `type`, one per frame.

ADR 5 (docs/adr/0005-media-engine.md) lists every message with its fields.
"""

import json
from typing import Any, Literal

MAX_MESSAGE_BYTES = 128 * 1024
"""A session description with ten sections has about 30 KB."""

Message = dict[str, Any]

ByeReason = Literal[
    "token", "replaced", "kicked", "closed", "full", "offer", "left", "protocol", "shutdown"
]
"""Why the engine ends a connection. After "token" and "shutdown" the browser asks for a new token
and comes back; after the others it stays away."""

REQUIRED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "hello": {"token": str},
    "offer": {"sdp": str},
    "ice": {"candidate": str, "mid": str},
    "mute": {"audio": bool, "video": bool},
    "report": {"seen": dict},
    "ping": {"n": int},
    "bye": {},
}


class BadMessage(Exception):
    """Not JSON, not an object, an unknown type, or a field that is missing or of another type."""


def parse(text: str | bytes) -> Message:
    """A browser's message, with its required fields checked; others are left as they are.

    Raises:
        BadMessage: see there; the text says what is wrong.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise BadMessage("not JSON") from broken
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    fields = REQUIRED.get(str(message.get("type")))
    if fields is None:
        raise BadMessage("unknown type")
    for name, kind in fields.items():
        if not isinstance(message.get(name), kind):
            raise BadMessage(f"{message['type']}.{name}")
    return message


def pack(message: Message) -> str:
    """The text of a message."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
