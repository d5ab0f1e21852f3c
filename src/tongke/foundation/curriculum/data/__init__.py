"""The seed data of the curriculum as rows: national codes, the required plan, a demo textbook.

The files beside this module are plain UTF-8 CSV, so that a bureau can open and correct them.
`confirmed` says whether a row was checked against a public copy of the official table; rows from
general knowledge are not confirmed, and pages show that. The textbook edition 青溪示范版 is
invented with the demo region; its titles, items and pages quote no real textbook.

Conventions: several values in one cell are separated by ``|``; a key point's code is its unit's
code and a number, a unit's code is its textbook's code and a number.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
EDITION = "青溪示范版"
KINDS = ("single", "multiple", "true_false", "number", "blank")


@dataclass(frozen=True)
class StageRow:
    """A stage of schooling with its code (1 小学, 2 初中, 3 高中)."""

    code: str
    name: str


@dataclass(frozen=True)
class GradeRow:
    """A grade with its code (15 is 五年级) and its stage in a 六三 school."""

    code: str
    name: str
    stage: str
    position: int


@dataclass(frozen=True)
class SubjectRow:
    """A subject: the national SB code, or one of ours (``TK-``) where there is none."""

    code: str
    name: str
    short: str
    position: int
    source: str
    confirmed: bool


@dataclass(frozen=True)
class PlanRow:
    """The least and most weekly periods of one subject in one grade."""

    grade: str
    subject: str
    weekly_min: int
    weekly_max: int
    confirmed: bool


@dataclass(frozen=True)
class TextbookRow:
    """One volume of the demo edition."""

    code: str
    subject: str
    grade: str
    volume: str
    edition: str = EDITION


@dataclass(frozen=True)
class UnitRow:
    """A unit of a volume, in teaching order."""

    code: str
    textbook: str
    seq: int
    title: str
    periods: int


@dataclass(frozen=True)
class KeyPointRow:
    """A key point of a unit and the key points to be known before it."""

    code: str
    unit: str
    seq: int
    title: str
    after: tuple[str, ...]


@dataclass(frozen=True)
class ItemRow:
    """An objective item of a key point.

    `answer` holds letters for single and multiple, ``对`` or ``错`` for true_false, one number
    for number, and every accepted text for blank. `difficulty` runs from 1 (easy) to 5.
    """

    code: str
    key_point: str
    kind: str
    stem: str
    options: tuple[str, ...]
    answer: tuple[str, ...]
    points: int
    difficulty: int
    explanation: str


@dataclass(frozen=True)
class PageRow:
    """A short page that explains a key point; `body` is Markdown, `minutes` the reading time."""

    key_point: str
    title: str
    minutes: int
    body: str


def stages() -> tuple[StageRow, ...]:
    """The stages, youngest first."""
    return tuple(StageRow(row["code"], row["name"]) for row in _rows("stages"))


def grades() -> tuple[GradeRow, ...]:
    """The grades, youngest first."""
    return tuple(
        GradeRow(row["code"], row["name"], row["stage"], number)
        for number, row in enumerate(_rows("grades"), 1)
    )


def subjects() -> tuple[SubjectRow, ...]:
    """The subjects in the order that lists show them."""
    return tuple(
        SubjectRow(
            row["code"], row["name"], row["short"], number, row["source"], _yes(row["confirmed"])
        )
        for number, row in enumerate(_rows("subjects"), 1)
    )


def plan() -> tuple[PlanRow, ...]:
    """The required plan of grades 1 to 9: weekly periods by grade and subject."""
    return tuple(
        PlanRow(
            row["grade"],
            row["subject"],
            int(row["weekly_min"]),
            int(row["weekly_max"]),
            _yes(row["confirmed"]),
        )
        for row in _rows("plan")
    )


def textbooks() -> tuple[TextbookRow, ...]:
    """The volumes of the demo edition."""
    return tuple(
        TextbookRow(row["code"], row["subject"], row["grade"], row["volume"])
        for row in _rows("textbooks")
    )


def units() -> tuple[UnitRow, ...]:
    """The units of all volumes, in teaching order."""
    return tuple(
        UnitRow(
            row["code"],
            row["code"].rsplit("-", 1)[0],
            int(row["code"].rsplit("-", 1)[1]),
            row["title"],
            int(row["periods"]),
        )
        for row in _rows("units")
    )


def key_points() -> tuple[KeyPointRow, ...]:
    """The key points of all units, in teaching order within a subject."""
    found = []
    for path in sorted(FOLDER.glob("key_points_*.csv")):
        for row in _rows(path.stem):
            unit, seq = row["code"].rsplit("-", 1)
            found.append(
                KeyPointRow(row["code"], unit, int(seq), row["title"], _split(row["after"]))
            )
    return tuple(found)


def items() -> tuple[ItemRow, ...]:
    """The objective items; their codes count up within a key point."""
    found: list[ItemRow] = []
    counts: dict[str, int] = {}
    for row in _rows("items"):
        point = row["key_point"]
        counts[point] = counts.get(point, 0) + 1
        letters = row["kind"] in ("single", "multiple")
        found.append(
            ItemRow(
                code=f"{point}-Q{counts[point]:02d}",
                key_point=point,
                kind=row["kind"],
                stem=row["stem"],
                options=_split(row["options"]),
                answer=tuple(row["answer"]) if letters else _split(row["answer"]),
                points=int(row["points"]),
                difficulty=int(row["difficulty"]),
                explanation=row["explanation"],
            )
        )
    return tuple(found)


def pages() -> tuple[PageRow, ...]:
    """The explaining pages, one a key point of the fully written volume."""
    return tuple(
        PageRow(
            row["key_point"], row["title"], int(row["minutes"]), row["body"].replace("\\n", "\n")
        )
        for row in _rows("pages")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _yes(cell: str) -> bool:
    return cell == "yes"
