"""Two-way sound and picture between a host and a few listening rooms.

Nouns: room, participant, source (one published track), outlet (one track on its way to one
participant), slot (the place another participant takes in a page). Verbs: join, publish,
forward, limit, kick, close.

The engine is a process of its own (`server.py`); the lesson record owns the truth, so the engine
may be restarted at any time and everybody joins again. Nothing here knows Django, lessons or
schools: secrets and addresses come in as arguments. Other code uses `port.py` (what an engine can
do), `client.py` (this engine) and `proxy.py` (the browsers' way to it); the rest is private.
"""
