"""The messages of the hub, checked on arrival. Pure.

From a client, one JSON object each: ``{"t": type, "id": uuid, …}``. To a client::

    {"t": "hello", "seat": "room:12", "now": ms, "version": 1}
    {"t": "state", "full": bool, "parts": {name: value, …}}     each part replaces the former one
    {"t": "ack", "id": uuid, "again": bool}                     stored, now or before
    {"t": "refused", "id": uuid, "text": "…"}                   not stored, and why; do not resend
    {"t": "pong", "c": client ms, "s": server ms}
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

VERSION = 1
MOST_BYTES = 16_384


class BadMessage(ValueError):
    """Not a message of this protocol. `id` is the message's own when it could be read."""

    def __init__(self, why: str, act_id: str = "") -> None:
        """Keep the id for the refusal."""
        super().__init__(why)
        self.id = act_id


@dataclass(frozen=True)
class Act:
    """Something a client wants done.

    Attributes:
        name: one of `ACTS`.
        id: made by the client; sending the same again has no further effect.
        at: the client's moment in server time, ms since 1970; None takes the arrival.
        body: the checked fields of this kind of act.
    """

    name: str
    id: UUID
    at: float | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Ping:
    """A question for the server's time, and a sign of life."""

    client: float


@dataclass(frozen=True)
class Signal:
    """What a room's network carries now; kept in memory only."""

    mode: str
    kbps: int
    loss: float
    rtt: int


def _whole(value: Any, least: int = 0, most: int = 2**53) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadMessage("a number is out of range")
    return value


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise BadMessage("a text is missing or too long")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadMessage("true or false is missing")
    return value


def _may(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else check(value)


def _map(value: Any, key: Callable[[str], Any], check: Callable[[Any], Any]) -> dict[Any, Any]:
    if not isinstance(value, dict) or len(value) > 200:
        raise BadMessage("a map is missing or too long")
    return {key(name): check(one) for name, one in value.items()}


def _pupil_key(name: str) -> int:
    if not name.isdecimal() or len(name) > 18:
        raise BadMessage("a pupil's id is not a number")
    return int(name)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 6:
        raise BadMessage("a list is missing or too long")
    return tuple(_text(one, 60) for one in value)


Fields = Mapping[str, Callable[[Any], Any]]

ACTS: Mapping[str, Fields] = {
    # question, letters; `pupil` when a teacher enters it for a pupil
    "answer": {
        "question": _whole, "choice": lambda v: _text(v, 12), "pupil": _may(_whole),
    },
    "cards": {
        "question": _whole,
        "counts": lambda v: _map(v, lambda k: _text(k, 1), lambda n: _whole(n, 0, 500)),
        "class": _may(_whole),
    },
    "roll": {
        "statuses": lambda v: _map(v, _pupil_key, lambda s: _text(s, 8)), "class": _may(_whole),
    },
    "hand": {"up": _flag},
    "say": {"text": lambda v: _text(v, 200)},
    "help": {"text": lambda v: _text(v, 200)},
    "net": {"mode": lambda v: _text(v, 5)},
    "start": {},
    "end": {"held": _may(_flag), "reason": lambda v: _text(v, 200)},
    "slide": {"no": lambda v: _whole(v, 1, 999)},
    "ask": {
        "kind": lambda v: _text(v, 12), "stem": lambda v: _text(v, 200), "options": _texts,
        "answer": lambda v: _text(v, 12), "key_point": _may(_whole), "seconds": _may(_whole),
    },
    "close": {"question": _whole},
    "reveal": {"question": _whole},
    "invite": {"class": _may(_whole)},
    "mute": {"on": _flag},
    "duty": {"item": _whole, "done": _flag},
}  # fmt: skip


def read(raw: str | bytes) -> Act | Ping | Signal:
    """A message from a client.

    Raises:
        BadMessage: it is none of this protocol; nothing may be done with it.
    """
    if len(raw) > MOST_BYTES:
        raise BadMessage("too long")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as broken:
        raise BadMessage("not JSON") from broken
    if not isinstance(data, dict):
        raise BadMessage("not an object")
    return from_object(data)


def from_object(data: Mapping[str, Any]) -> Act | Ping | Signal:
    """A message that is an object already; see `read`."""
    match data.get("t"):
        case "ping":
            return Ping(_number(data.get("c")))
        case "signal":
            return Signal(
                _text(data.get("mode"), 5), _whole(data.get("kbps"), 0, 10**6),
                min(1.0, max(0.0, _number(data.get("loss")))), _whole(data.get("rtt"), 0, 10**6),
            )  # fmt: skip
        case str(name) if name in ACTS:
            return _act(name, data)
        case _:
            raise BadMessage("unknown type", str(data.get("id", ""))[:36])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise BadMessage("a number is missing")
    return float(value)


def _act(name: str, data: Mapping[str, Any]) -> Act:
    raw_id = str(data.get("id", ""))[:36]
    try:
        act_id = UUID(raw_id)
        at = data.get("at")
        body = {field: check(data.get(field)) for field, check in ACTS[name].items()}
        return Act(name, act_id, None if at is None else _number(at), body)
    except BadMessage as bad:
        raise BadMessage(str(bad), raw_id) from bad
    except ValueError as bad:
        raise BadMessage("the id is not a UUID") from bad


def write(message: Mapping[str, Any]) -> str:
    """A message to a client as JSON."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def state(parts: Mapping[str, str], *, full: bool) -> str:
    """A state message from parts that are JSON already: each is encoded once for many clients."""
    inner = ",".join(f'"{name}":{value}' for name, value in parts.items())
    return f'{{"t":"state","full":{"true" if full else "false"},"parts":{{{inner}}}}}'
