"""Makers for tests of continuity."""

from datetime import date, datetime, timedelta
from typing import Any

from tongke.engines.library import services as library
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.tests.make import NOON, ZONE
from tongke.teaching.assessment import services as bank
from tongke.teaching.continuity.models import Emergency
from tongke.teaching.continuity.services import emergencies
from tongke.teaching.continuity.services.emergencies import NewEmergency
from tongke.teaching.timetable.tests.make import MATHS, MUSIC, Scene, put

MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=ZONE)
SPORT = "SB0702"


def furnish(scene: Scene) -> None:
    """Lessons of three classes, key points of the book, one page on the first, items on two."""
    cast = scene.cast
    days = range(1, 6)
    put(scene, cast.deer_class, *((day, 1) for day in days), teacher=cast.deer_assistant)
    put(scene, cast.deer_class, *((day, 2) for day in days), code=MUSIC,
        teacher=cast.deer_assistant)  # fmt: skip
    put(scene, cast.deer_class, *((day, 3) for day in days), code=SPORT)
    put(scene, cast.centre_class, *((day, 1) for day in days), code=MATHS, teacher=cast.teacher)
    put(scene, cast.far_class, *((day, 1) for day in days), code=MATHS, teacher=cast.outsider)
    for unit in scene.textbook.units.order_by("seq"):
        KeyPoint.objects.create(unit=unit, code=f"MP-{unit.seq}", seq=1, title=f"要点{unit.seq}")
    add_page(scene, "MP-1", "认识简谱")
    for point in ("MP-1", "MP-2"):
        for number in (1, 2):
            add_item(scene, point, number)


def add_page(scene: Scene, point: str, title: str, by: Actor | None = None) -> Resource:
    """A published page on a key point."""
    writer = by or scene.cast.teacher
    content = library.Content(
        kind=Resource.Kind.PAGE, title=title, body="看谱唱一唱。", seconds=120,
        key_points=[KeyPoint.objects.get(code=point)],
    )  # fmt: skip
    made = library.add(content, by=writer, at=NOON)
    library.publish(made, by=writer, at=NOON)
    return made


def add_item(scene: Scene, point: str, number: int) -> int:
    """A ready item; B is right. Returns its id."""
    content = bank.Content(
        kind="single", stem=f"第 {number} 题", options=("甲", "乙"), answer=("B",), points=2,
        difficulty=2, explanation="选乙。", key_point=KeyPoint.objects.get(code=point),
    )  # fmt: skip
    return bank.add_item(content, by=scene.cast.teacher, at=NOON).pk


def declare(
    by: Actor, *scopes: Organisation, at: datetime = MORNING, days: int = 1, **over: Any
) -> Emergency:
    """An emergency from the day of `at` on."""
    first = at.astimezone(ZONE).date()
    new: dict[str, Any] = {
        "title": "暴雪停课", "reason": "道路结冰", "organisations": scopes, "starts_on": first,
        "ends_on": first + timedelta(days=days - 1),
    }  # fmt: skip
    return emergencies.declare(NewEmergency(**{**new, **over}), by=by, at=at)
