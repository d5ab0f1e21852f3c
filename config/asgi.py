"""The one ASGI application: live paths go straight to their hubs, pages go to Django.

Django runs as WSGI in a pool of long-lived threads: it costs less per page than its own ASGI
handler, and each thread keeps its database connection.
"""

import gc
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Beside live lessons nothing is compiled: long searches run in the slow worker.
os.environ.setdefault("TONGKE_PLANNER", "plain")

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

_DJANGO: Any = get_wsgi_application()
_PAGES: Any = WSGIMiddleware(_DJANGO, workers=settings.TONGKE_WEB_THREADS)

from tongke.teaching.classroom.hub import app as hub_app  # noqa: E402
from tongke.teaching.classroom.media.proxy import MediaProxy  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_MEDIA = MediaProxy(f"127.0.0.1:{settings.TONGKE_MEDIA_PORT}")

# What has been loaded lives as long as the process; going through it at every full collection
# would hold up whichever page comes next.
gc.collect()
gc.freeze()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to the part that answers it."""
    kind, path = scope["type"], scope.get("path", "")
    if kind == "lifespan":
        await _lifespan(receive, send)
    elif kind == "websocket" and path.startswith("/rtc/"):
        await _MEDIA(scope, receive, send)
    elif path.startswith("/live/"):
        await hub_app.application(scope, receive, send)
    elif kind == "http":
        # The bridge hands `receive()` to another thread, which takes true coroutines only;
        # granian's is an awaitable of its own.
        async def body() -> MutableMapping[str, Any]:
            return await receive()

        await _PAGES(scope, body, send)
    else:
        await send({"type": "websocket.close", "code": 4404})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub_app.shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
