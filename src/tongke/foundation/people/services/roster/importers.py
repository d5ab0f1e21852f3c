"""Importers of worksheets: one list a file, in the shape core's import pages expect."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.profile import FilesProfile, current
from tongke.core.spreadsheets import Limits, Row, Table, runs
from tongke.core.spreadsheets.importer import Importer, Plan
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.queries.vocabulary import class_name, stages, subjects
from tongke.foundation.people.services.roster.planning import plan
from tongke.foundation.people.services.roster.rows import (
    ClassRow,
    GuardianFields,
    OrganisationRow,
    PersonFields,
    PupilRow,
    Roster,
    StaffRow,
    class_key,
)
from tongke.foundation.people.services.roster.sheets import SHEETS
from tongke.foundation.people.services.roster.writing import write

_LEVELS = {"region": "district", "bureau": "district", "office": "district"}


def import_limits() -> Limits:
    """How large a roster may be: the region's setting."""
    files = current(FilesProfile)
    return Limits(
        most_bytes=files.import_mb * 1024 * 1024,
        most_rows=files.import_rows,
        most_unpacked=files.unpacked_mb * 1024 * 1024,
    )


class RosterImporter:
    """One worksheet of a roster.

    Args:
        kind: ``organisations``, ``staff``, ``classes`` or ``pupils``.
        whole: the list is complete; see `rows.Roster`.
    """

    def __init__(self, kind: str, *, whole: bool = False) -> None:
        """Build the worksheet from today's subjects, grades and levels."""
        self.kind, self.whole = kind, whole
        self.sheet = SHEETS[kind]()
        self.limits = import_limits()

    def plan(self, table: Table, *, actor: Actor | None, at: datetime) -> Plan:
        """Compare the good rows with what is stored; core refuses the others."""
        good = [row for row in table.rows if not row.errors]
        complete = self.whole and len(good) == len(table.rows)
        return plan(_ROSTERS[self.kind](good, complete), actor=actor, at=at)

    def commit(self, plan: Plan, journal: Journal, *, by: Actor | None, at: datetime) -> None:
        """Carry it out through the services."""
        write(plan, journal, by=by, at=at)


def _person(row: Row) -> PersonFields:
    said = row.values.get
    return PersonFields(
        number=row.values["code"], name=row.values["name"], sex=said("sex") or "",
        birth_date=said("birth_date"), phone=said("phone") or "",
        id_number=said("id_number") or "",
    )  # fmt: skip


def _organisations(rows: Iterable[Row], whole: bool) -> Roster:  # noqa: FBT001
    codes = {name: code for code, name in stages()}
    return Roster(
        organisations=tuple(
            OrganisationRow(
                line=row.number,
                code=row.values["code"],
                name=row.values["name"],
                kind=row.values["kind"],
                parent=row.values.get("parent") or "",
                level=row.values.get("level")
                or _LEVELS.get(row.values["kind"], row.values["kind"]),
                short_name=row.values.get("short_name") or "",
                area=row.values.get("area") or "",
                stages=",".join(codes.get(word, word) for word in _words(row.values.get("stages"))),
            )
            for row in rows
        )
    )


def _staff(rows: Iterable[Row], whole: bool) -> Roster:  # noqa: FBT001
    codes = {name: code for code, name in subjects()}
    return Roster(
        staff=tuple(
            StaffRow(
                line=row.number, person=_person(row), school=row.values["school"],
                role=row.values.get("role") or "teacher",
                subject_code=row.values.get("subject") or "",
                qualified=tuple(
                    codes.get(word, word) for word in _words(row.values.get("qualified"))
                ),
                since=row.values.get("since"),
            )
            for row in rows
        ),
        whole=whole,
    )  # fmt: skip


def _classes(rows: Iterable[Row], whole: bool) -> Roster:  # noqa: FBT001
    return Roster(
        classes=tuple(
            ClassRow(
                line=row.number,
                key=class_key(row.values["school"], row.values["grade"], row.values["number"]),
                school=row.values["school"], grade_code=row.values["grade"],
                number=row.values["number"], entry_year=row.values.get("entry_year"),
                name=row.values.get("name") or "", homeroom=row.values.get("homeroom") or "",
            )
            for row in rows
        )
    )  # fmt: skip


def _pupils(rows: Iterable[Row], whole: bool) -> Roster:  # noqa: FBT001
    return Roster(
        pupils=tuple(
            PupilRow(
                line=row.number, person=_person(row),
                place=(row.values["school"], row.values["grade"], row.values["number"]),
                class_label=class_name(row.values["grade"], row.values["number"]),
                seat=row.values.get("seat"), since=row.values.get("since"),
                guardians=tuple(_guardians(row)),
            )
            for row in rows
        ),
        whole=whole,
    )  # fmt: skip


def _guardians(row: Row) -> Iterable[GuardianFields]:
    for place in ("一", "二"):
        name = row.values.get(f"guardian_{place}_name")
        if name:
            yield GuardianFields(
                name=name,
                relation=row.values.get(f"guardian_{place}_relation") or "监护人",
                phone=row.values.get(f"guardian_{place}_phone") or "",
            )


def _words(text: str | None) -> list[str]:
    joined = (text or "").replace("，", "、").replace(",", "、").replace(" ", "、")
    return [word for word in joined.split("、") if word]


_ROSTERS: dict[str, Callable[[Iterable[Row], bool], Roster]] = {
    "organisations": _organisations,
    "staff": _staff,
    "classes": _classes,
    "pupils": _pupils,
}


def import_roster(
    path: Path, kind: str, *, by: Any, at: datetime, commit: bool = False, whole: bool = False
) -> ImportRun:
    """Import a worksheet from a file, for the command line.

    Args:
        kind: ``organisations``, ``staff``, ``classes`` or ``pupils``.
        commit: write; otherwise the run holds the report of a dry run.

    Raises:
        Refused: there is no such kind, or the plan cannot be committed; nothing is written.
    """
    if kind not in SHEETS:
        raise Refused(f"没有“{kind}”这种名册，可用：{'、'.join(SHEETS)}。")
    return run_import(
        RosterImporter(kind, whole=whole), path, f"people.{kind}", by, at, commit=commit
    )


def run_import(
    importer: Importer, path: Path, kind: str, by: Any, at: datetime, *, commit: bool
) -> ImportRun:
    """Dry run of a file and, when asked for and possible, its commit.

    Raises:
        Refused: the plan cannot be committed; nothing is written.
    """
    with path.open("rb") as file:
        run = runs.dry_run(importer, file, path.name, kind=kind, by=by, at=at)
    if commit and run.state == ImportRun.State.DRY:
        runs.commit(run, importer, by=by, at=at)
    return run
