"""News of a lesson: services say what has changed, the live hub of this process listens.

Not a signal of Django: one kind of news, said after the commit, heard by whoever keeps a lesson
on screens. The hub reads the new facts from the database itself, so news may be repeated, merged
or lost without harm. A cluster of processes puts a mirror (Redis) behind `tell`.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from django.db import transaction


class Topic(StrEnum):
    """What part of a lesson has changed."""

    SESSION = "session"
    DECK = "deck"
    QUESTION = "question"
    ROLL = "roll"
    EVENTS = "events"
    PROTOCOL = "protocol"


Listener = Callable[[int, frozenset[Topic]], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Hear all news from now on; called on whatever thread has committed."""
    if listener not in _listeners:
        _listeners.append(listener)


def stop(listener: Listener) -> None:
    """Hear no more."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell(lesson_id: int, *topics: Topic) -> None:
    """Say after the commit of the running transaction that these parts of a lesson changed."""
    transaction.on_commit(partial(_spread, lesson_id, frozenset(topics)))


def _spread(lesson_id: int, topics: frozenset[Topic]) -> None:
    for listener in tuple(_listeners):
        listener(lesson_id, topics)
