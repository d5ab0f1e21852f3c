"""A site of one page for the browser tests: the page, `rtc.ts` without its types, and the proxy.

Run by `harness.Site` under granian, the server of the product, so that the proxy is proved too.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from tongke.teaching.classroom.media.proxy import MediaProxy

PAGE = b"""<!doctype html><html lang="zh"><meta charset="utf-8"><title>rtc</title>
<link rel="icon" href="data:,">
<style>video { width: 320px; height: 180px; background: #333 }</style>
<div id="videos"></div><script type="module" src="/page.js"></script></html>"""

SCRIPT = b"""
import { RoomMedia } from "./rtc";
const room = new RoomMedia();
const seen = { states: [], tracks: [], gone: [], limits: [], devices: [], stats: [] };
room.on("state", (s) => seen.states.push(s.state + ":" + s.reason));
room.on("gone", ({ id }) => {
  seen.gone.push(id);
  const video = document.getElementById("v-" + id);
  if (video) video.remove();
});
room.on("limit", (l) => seen.limits.push(l));
room.on("device", (d) => seen.devices.push(d));
room.on("stats", (s) => { seen.stats = s.participants; });
room.on("track", ({ id, stream }) => {
  seen.tracks.push(id);
  let video = document.getElementById("v-" + id);
  if (!video) {
    video = document.createElement("video");
    video.id = "v-" + id;
    video.autoplay = true;
    document.getElementById("videos").append(video);
  }
  video.srcObject = stream;
});
window.room = room;
window.seen = seen;
window.enter = (room_id, token, publish, fresh) => room.join("/rtc/" + room_id, token, {
  publishAudio: publish, publishVideo: publish,
  freshToken: fresh ? () => Promise.resolve(fresh) : undefined,
});
// Counts begin anew with a new connection; the sum of what was decoded does not.
const sums = {};
window.decoded = async () => {
  for (const { id, framesDecoded } of await room.stats()) {
    const sum = sums[id] || { last: 0, all: 0 };
    sum.all += framesDecoded < sum.last ? framesDecoded : framesDecoded - sum.last;
    sum.last = framesDecoded;
    sums[id] = sum;
  }
  const present = room.participants.filter(({ id }) => sums[id]);
  return Object.fromEntries(present.map(({ id }) => [id, sums[id].all]));
};
window.ready = true;
"""

proxy = MediaProxy(os.environ["MEDIA_ENGINE"])
scripts = Path(os.environ["MEDIA_SCRIPTS"])
files = {"/": (b"text/html", PAGE), "/page.js": (b"text/javascript", SCRIPT)} | {
    f"/{path.stem}": (b"text/javascript", path.read_bytes()) for path in scripts.glob("*.js")
}


async def app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Serve the page, its scripts and the websockets."""
    if scope["type"] == "websocket":
        await proxy(scope, receive, send)
        return
    if scope["type"] != "http":
        return
    kind, body = files.get(scope["path"], (b"text/plain", b""))
    status = 200 if body else 404
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
