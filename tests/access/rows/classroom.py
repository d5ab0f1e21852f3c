"""Who reaches the live lesson."""

from collections.abc import Mapping

from tests.access.cast import (
    DIRECTOR,
    HEADS,
    MANAGERS,
    OFFICER,
    PUPILS,
    RESEARCHER,
    TEACHERS,
)
from tests.access.row import Row, act, form, page
from tests.access.story import Story

Args = Mapping[str, object]
HOST, ROOM = frozenset({"teacher"}), frozenset({"assistant"})
OBSERVERS = OFFICER | RESEARCHER | DIRECTOR | HEADS
SEATED = TEACHERS | PUPILS | OBSERVERS
READERS = TEACHERS | OBSERVERS | MANAGERS


def _next(story: Story, who: str) -> Args:
    return {"lesson_id": story.joint.planned.pk}


def _held(story: Story, who: str) -> Args:
    return {"lesson_id": story.joint.held.pk}


def _slide(story: Story, who: str) -> Args:
    return {"slide_id": story.taught.slide.pk}


def _move(story: Story, who: str) -> Args:
    return {"slide_id": story.taught.slide.pk, "to": 2}


def _picture(story: Story, who: str) -> Args:
    return {"slide_id": story.taught.picture.pk}


def _duty(story: Story, who: str) -> Args:
    return {"item_id": story.taught.duty.pk}


ROWS: list[Row] = [
    page("classroom:lesson-enter", SEATED, _next),
    page("classroom:lesson-host", HOST, _next),
    page("classroom:lesson-room", ROOM, _next),
    page("classroom:lesson-pupil", PUPILS, _next),
    page("classroom:lesson-watch", OBSERVERS, _next),
    page("classroom:lesson-check", SEATED, _next),
    act("classroom:lesson-start", HOST, _next),
    act("classroom:lesson-end", HOST, _next),
    act("classroom:media-token", SEATED, _next),
    act("classroom:answer-send", PUPILS, _next),
    page("classroom:deck-edit", HOST, _next),
    act("classroom:deck-upload", HOST, _next),
    act("classroom:slide-add", HOST, _next),
    form("classroom:slide-edit", HOST, _slide),
    act("classroom:slide-move", HOST, _move),
    act("classroom:slide-remove", HOST, _slide),
    page("classroom:slide-picture", SEATED, _picture),
    page("classroom:protocol-list", TEACHERS),
    page("classroom:protocol", READERS, _held),
    act("classroom:duty-tick", ROOM, _duty),
    act("classroom:duty-untick", ROOM, _duty),
    page("classroom:duty-evidence", READERS, _duty),
    page("classroom:lesson-summary", READERS, _held),
    page("classroom:lesson-export", READERS, _held),
]
