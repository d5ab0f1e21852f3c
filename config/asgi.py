"""The one ASGI application: live paths go straight to their hubs, pages go to Django.

Django runs as WSGI in a pool of long-lived threads: it costs less per page than its own ASGI
handler, and each thread keeps its database connection.
"""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from a2wsgi import WSGIMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

_PAGES: Any = WSGIMiddleware(get_wsgi_application(), workers=settings.TONGKE_WEB_THREADS)

from tongke.teaching.classroom.hub.app import application as hub  # noqa: E402
from tongke.teaching.classroom.media.proxy import MediaProxy  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_MEDIA = MediaProxy(f"ws://127.0.0.1:{settings.TONGKE_MEDIA_PORT}")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to the part that answers it."""
    kind, path = scope["type"], scope.get("path", "")
    if kind == "lifespan":
        await _lifespan(receive, send)
    elif kind == "websocket" and path.startswith("/rtc/"):
        await _MEDIA(scope, receive, send)
    elif path.startswith("/live/"):
        await hub(scope, receive, send)
    elif kind == "http":
        await _PAGES(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 4404})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
