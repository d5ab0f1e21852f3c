"""Who reaches rooms and the curriculum."""

from collections.abc import Mapping

from tests.access.cast import (
    BUREAU,
    MANAGERS,
    OFFICER,
    RESEARCHER,
    STAFF,
    SYSADMIN,
    anywhere,
)
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story

Args = Mapping[str, object]
KEEPERS = MANAGERS | OFFICER | SYSADMIN


def _room(story: Story, who: str) -> Args:
    return {"pk": story.scene.deer_room.pk}


def _book(story: Story, who: str) -> Args:
    return {"textbook_id": story.scene.textbook.pk}


def _unit(story: Story, who: str) -> Args:
    return {"unit_id": story.scene.textbook.units.get(seq=1).pk}


CAMPUS = [
    page("campus:room-list", STAFF),
    page("campus:room-export", STAFF),
    page("campus:room-overview", BUREAU | MANAGERS),
    form("campus:room-add", KEEPERS),
    page("campus:room-detail", BUREAU | MANAGERS | {"assistant", "teacher"}, _room),
    form("campus:room-edit", KEEPERS, _room),
    act("campus:room-retire", KEEPERS, _room),
    *importing("campus:campus-rooms-import", "campus.rooms", KEEPERS),
]
CURRICULUM = [
    page("curriculum:textbook-list", STAFF),
    page("curriculum:plan", STAFF),
    # Textbooks are the same for every school.
    page("curriculum:textbook-detail", anywhere(STAFF), _book),
    page("curriculum:textbook-export", anywhere(STAFF), _book),
    page("curriculum:unit-detail", anywhere(STAFF), _unit),
    *importing(
        "curriculum:curriculum-textbook-import", "curriculum.textbook", RESEARCHER | SYSADMIN
    ),
]
ROWS: list[Row] = [*CAMPUS, *CURRICULUM]
