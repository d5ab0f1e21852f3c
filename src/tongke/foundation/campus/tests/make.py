"""Makers of rooms for tests."""

from decimal import Decimal

from tongke.foundation.campus.models import Room
from tongke.foundation.campus.services import NewRoom, add_room
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.tests.make import NOON, next_number


def make_room(
    school: Organisation,
    name: str = "",
    *,
    can_deliver: bool = False,
    can_listen: bool = False,
    line_mbps: float = 8,
    kind: str = "classroom",
) -> Room:
    """A room with a fast line unless told otherwise."""
    new = NewRoom(
        school=school, name=name or f"教室 {next_number()}", kind=kind, can_deliver=can_deliver,
        can_listen=can_listen, line_mbps=Decimal(str(line_mbps)),
    )  # fmt: skip
    return add_room(new, by=None, at=NOON)
