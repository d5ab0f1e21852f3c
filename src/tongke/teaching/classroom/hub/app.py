"""The hub as a plain ASGI application, mounted before Django.

* ``/live/hub/<lesson>``     websocket: acts in, parts out
* ``/live/events/<lesson>``  GET: the same parts as server-sent events; ``?poll=<name>`` gives what
  waits under that name as JSON, for networks that hold streams back
* ``/live/send/<lesson>``    POST ``{"link": id, "messages": [...]}``: acts in, their answers out

`application(scope, receive, send)` takes all three; `startup` and `shutdown` belong to the
lifespan of the server.
"""

import re

from tongke.teaching.classroom.hub import http, socket
from tongke.teaching.classroom.hub.asgi import Receive, Scope, Send, plain
from tongke.teaching.classroom.hub.rooms import shut_down

PREFIXES = ("/live/hub/", "/live/events/", "/live/send/")
_PATH = re.compile(r"^/live/(hub|events|send)/(\d{1,18})$")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one connection below `PREFIXES`."""
    found = _PATH.match(scope["path"])
    way, lesson_id = (found.group(1), int(found.group(2))) if found else ("", 0)
    match scope["type"], way, scope.get("method", ""):
        case "websocket", "hub", _:
            await socket.serve(scope, receive, send, lesson_id)
        case "websocket", _, _:
            await send({"type": "websocket.close", "code": 4404})
        case "http", "events", "GET":
            await http.events(scope, receive, send, lesson_id)
        case "http", "send", "POST":
            await http.take(scope, receive, send, lesson_id)
        case _:
            await plain(send, 404, "没有这个地址。")


async def startup() -> None:
    """Nothing is prepared: rooms are made when somebody comes."""


async def shutdown() -> None:
    """Note that everybody left, finish every write, stop the threads."""
    await shut_down()
