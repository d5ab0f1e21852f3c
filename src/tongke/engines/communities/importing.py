"""Consortia from a spreadsheet: founds new ones, adds schools to known ones, removes nobody."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongke.core.spreadsheets import Row, Table
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals
from tongke.core.spreadsheets.journal import Journal
from tongke.engines.communities import policy, services
from tongke.engines.communities.models import Community, Membership
from tongke.engines.communities.policy import Perm
from tongke.engines.communities.queries import CONSORTIUM, Line, lines
from tongke.engines.communities.sheets import consortia_sheet
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation


@dataclass(frozen=True)
class _Deed:
    """What one row makes: `community` is None for a new one."""

    community: int | None
    centre: int
    listening: tuple[int, ...]


class ConsortiaImporter:
    """Plans and writes the registry; schools are found by their full names in the region."""

    def __init__(self) -> None:
        """Take the region's patterns."""
        self.sheet = consortia_sheet()

    def plan(self, table: Table, *, actor: Actor, at: datetime) -> Plan:
        """Compare each row with the registry; good rows may go in without the bad ones."""
        schools = _by_name(policy.schools(actor))
        rows = policy.communities(actor, Perm.COMMUNITY_IMPORT).filter(kind=CONSORTIUM, until=None)
        known = {line.community.name: line for line in lines(rows, actor.today)}
        changes = refusals(table, lambda row: describe(row, "name"))
        changes += [_change(row, known, schools) for row in table.rows if not row.errors]
        return Plan(tuple(sorted(changes, key=lambda each: each.row)), partial=True)

    def commit(self, plan: Plan, journal: Journal, *, by: Actor, at: datetime) -> None:
        """Found and join through the services, so that their rules hold here too."""
        for change in plan.effective:
            deed: _Deed = change.op
            values = {key: new for key, (_, new) in change.fields.items()}
            if deed.community is None:
                community = services.create_community(
                    kind=CONSORTIUM, name=change.label, owner=by.organisation,
                    pattern=values.get("pattern") or "", purpose=values.get("purpose") or "",
                    since=values["since"], by=by, at=at,
                )  # fmt: skip
                journal.added([community])
                since, sides = community.since, [(deed.centre, Membership.Side.CENTRE)]
            else:
                community = Community.objects.get(pk=deed.community)
                since, sides = by.today, []
            sides += [(each, Membership.Side.LISTENING) for each in deed.listening]
            schools = Organisation.objects.in_bulk([pk for pk, _ in sides])
            journal.added(
                services.join(community, schools[pk], side=side, since=since, by=by, at=at)
                for pk, side in sides
            )


def _by_name(schools: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = {}
    for each in schools:
        found.setdefault(each.name, []).append(each)
    return found


def _change(row: Row, known: dict[str, Line], schools: dict[str, list[Organisation]]) -> Change:
    name, label = row.values["name"], describe(row, "name")
    names = [one for one in re.split(r"[、,，;；\s]+", row.values.get("listening") or "") if one]
    faults = [fault for one in (row.values["centre"], *names) if (fault := _fault(one, schools))]
    if row.values["centre"] in names:
        faults.append("中心校不能同时是听讲校。")
    if faults:
        return Change(row.number, Action.REFUSE, label, message="".join(faults))
    centre = schools[row.values["centre"]][0]
    listening = [schools[one][0] for one in dict.fromkeys(names)]
    line = known.get(name)
    if line is None:
        wanted: dict[str, tuple[Any, Any]] = {
            key: (None, row.values.get(key)) for key in ("pattern", "purpose", "since")
        }
        wanted |= {"centre": (None, centre.name), "listening": (None, "、".join(names))}
        deed = _Deed(None, centre.pk, tuple(each.pk for each in listening))
        return Change(row.number, Action.ADD, label, wanted, op=deed)
    if line.centre != centre:
        text = "中心校与台账不同，请在共同体页面更换中心校。"
        return Change(row.number, Action.REFUSE, label, message=text)
    fresh = [each for each in listening if each not in line.listening]
    if not fresh:
        return Change(row.number, Action.SAME, label)
    joined = "、".join(each.name for each in (*line.listening, *fresh))
    before = "、".join(each.name for each in line.listening)
    deed = _Deed(line.community.pk, centre.pk, tuple(each.pk for each in fresh))
    return Change(row.number, Action.CHANGE, label, {"listening": (before, joined)}, op=deed)


def _fault(name: str, schools: dict[str, list[Organisation]]) -> str:
    found = schools.get(name, [])
    if len(found) == 1:
        return ""
    return f"找不到学校“{name}”。" if not found else f"有 {len(found)} 所学校都叫“{name}”。"
