"""OneRoster packages as rosters: a package becomes the rows that worksheets become, too."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tongke.core.models import ImportRun
from tongke.core.spreadsheets import Column, Sheet
from tongke.core.spreadsheets.importer import Plan
from tongke.core.spreadsheets.journal import Journal
from tongke.foundation.people import policy
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.roster.importers import (
    import_limits,
    run_import,
)
from tongke.foundation.people.services.roster.importers import (
    import_roster as import_worksheet,
)
from tongke.foundation.people.services.roster.planning import plan
from tongke.foundation.people.services.roster.writing import write
from tongke.gateway.interop.mapping import roster_of
from tongke.gateway.interop.oneroster import Package, read_package

KIND = "interop.oneroster"
IMPORTING = (Role.SYSADMIN, Role.OFFICER)
_MOST_WARNINGS = 60

# Only the headings of the report: a package has files of its own.
REPORT = Sheet(
    "oneroster", "OneRoster 数据包",
    (
        Column("姓名", "name"), Column("性别", "sex", "choice", choices={"1": "男", "2": "女"}),
        Column("出生日期", "birth_date", "date"), Column("手机", "phone", "phone"),
        Column("来源编号", "source_id"), Column("简称", "short_name"), Column("类型", "kind"),
        Column("年级", "grade_code"), Column("班号", "number"), Column("班主任", "homeroom"),
        Column("入学年份", "entry_year"), Column("任教资格", "qualified"), Column("座号", "seat"),
    ),
)  # fmt: skip


class OneRosterImporter:
    """A package of several files, planned and written as one import."""

    sheet = REPORT

    def __init__(self) -> None:
        """Limits are the region's."""
        self.limits = import_limits()

    def load(self, data: bytes, name: str) -> Package:
        """What the package says, with every problem found; never raises for a bad package."""
        return read_package(data, self.limits)

    def plan(self, table: Package, *, actor: Actor | None, at: datetime) -> Plan:
        """Compare the package with what is stored; a package with errors changes nothing."""
        warnings = [str(one) for one in table.warnings]
        if table.errors:
            return Plan(errors=tuple(str(one) for one in table.errors), warnings=_cut(warnings))
        roster = roster_of(table, at.date())
        made = plan(roster, actor=actor, at=at)
        return Plan(
            changes=made.changes, errors=made.errors,
            warnings=(*made.warnings, *_cut(warnings)), partial=made.partial,
        )  # fmt: skip

    def commit(self, plan: Plan, journal: Journal, *, by: Actor | None, at: datetime) -> None:
        """Through the services of people."""
        write(plan, journal, by=by, at=at)


def _cut(warnings: list[str]) -> tuple[str, ...]:
    if len(warnings) <= _MOST_WARNINGS:
        return tuple(warnings)
    more = f"还有 {len(warnings) - _MOST_WARNINGS} 条提醒没有列出。"
    return (*warnings[:_MOST_WARNINGS], more)


def importer_of(actor: Actor) -> OneRosterImporter:
    """The importer, as core's pages call it."""
    return OneRosterImporter()


def may_import(actor: Actor) -> bool:
    """Whether an actor may import packages: a package is about a region, not about one school."""
    held = policy.organisations(actor, policy.Perm.ROSTER_IMPORT)
    return actor.role in IMPORTING and held.exists()


def import_roster(
    path: Path, kind: str, *, by: Any, at: datetime, commit: bool = False, whole: bool = False
) -> ImportRun:
    """Import a roster from a file, for the command line.

    Args:
        kind: ``oneroster`` for a package, else a worksheet: ``organisations``, ``staff``,
            ``classes`` or ``pupils``.
        commit: write; otherwise the run holds the report of a dry run.
        whole: the worksheet is complete; a package says that by itself.

    Raises:
        Refused: there is no such kind, or the plan cannot be committed; nothing is written.
    """
    if kind != "oneroster":
        return import_worksheet(path, kind, by=by, at=at, commit=commit, whole=whole)
    return run_import(OneRosterImporter(), path, KIND, by, at, commit=commit)
