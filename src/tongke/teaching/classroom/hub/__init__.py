"""The live hub: one room object per lesson in this process, on plain ASGI.

A client keeps one connection (websocket, or server-sent events with POST, or polling) and gets the
*parts* of the lesson that its seat may see, each whole, whenever it changed. It sends *acts* with
an id of its own; an act is acknowledged after it is stored. The database is the only truth: the hub
keeps nothing that matters, so a killed process loses nothing that was acknowledged, and a client
that comes back simply gets all its parts again.

app (ASGI entry, `application`) → gate (who is it, which seat) → link (one connection) → room (one
lesson: parts, presence) → acts (what clients may do, by services) → writer (the one thread that
writes, answers in batches). `parts` and `wire` are pure.
"""
