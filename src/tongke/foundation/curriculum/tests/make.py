"""Makers for tests: the catalogue of codes, and a music volume of two units."""

from collections.abc import Mapping
from typing import Any

from tongke.foundation.curriculum.models import KeyPoint, Textbook
from tongke.foundation.curriculum.services import (
    BookLine,
    PointLine,
    UnitLine,
    keep_catalogue,
    keep_textbooks,
)
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, NOON, World
from tongke.foundation.people.tests.pages import client_of

MATHS = "SB0201"
BEAT = PointLine("MU5A-1-1", 1, "认识节拍")
RHYTHM = PointLine("MU5A-1-2", 2, "切分节奏", after=("MU5A-1-1",))
MELISMA = PointLine("MU5A-2-1", 1, "一字多音", after=("MU5A-1-2",))


def units(*, first: int = 1, second: int = 2) -> tuple[UnitLine, ...]:
    """Two units with three points, each after the other, at these places of the volume."""
    return (
        UnitLine("MU5A-1", first, "童年的歌", 4, (BEAT, RHYTHM)),
        UnitLine("MU5A-2", second, "茉莉花开", 5, (MELISMA,)),
    )


def line(**over: Any) -> BookLine:
    """The first music volume of grade five, or what is put in its place."""
    fields: dict[str, Any] = {
        "code": "MU5A", "subject": MUSIC, "grade": GRADE_5, "volume": "上册",
        "edition": "示范版", "units": units(),
    }  # fmt: skip
    return BookLine(**(fields | over))


def make_catalogue() -> None:
    """Subjects and grades of the running profile."""
    keep_catalogue(by=None, at=NOON)


def make_book(**over: Any) -> Textbook:
    """The volume, kept; call `make_catalogue` first."""
    return keep_textbooks([line(**over)], by=None, at=NOON)[0]


def make_another_book(code: str) -> Textbook:
    """A volume of one unit with one point, whose codes begin with this code."""
    unit = UnitLine(f"{code}-1", 1, "单元", 4, (PointLine(f"{code}-1-1", 1, "知识点"),))
    return make_book(code=code, units=(unit,))


def point(code: str = MELISMA.code) -> KeyPoint:
    """A key point by its code."""
    return KeyPoint.objects.select_related("unit__textbook__subject").get(code=code)


def opened_by(cast: World, address: str, data: Mapping[str, str] | None = None) -> set[str]:
    """The names of those of the cast for whom an address exists (anything but 404)."""
    answers = {
        name: client_of(actor).get(address, data or {}).status_code
        for name, actor in cast.actors.items()
    }
    assert set(answers.values()) <= {200, 302, 404}, answers
    return {name for name, status in answers.items() if status != 404}


STAFF_OF_CAST = {
    "teacher", "deer_assistant", "stone_assistant", "head", "timetabler", "deer_head",
    "researcher", "officer", "director", "sysadmin", "outsider", "stranger",
}  # fmt: skip
