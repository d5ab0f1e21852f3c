"""What importing a roster would do: `plan`. Reads only."""

from datetime import datetime

from tongke.core.spreadsheets.importer import Action, Change, Plan
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.services.roster.draft import Draft
from tongke.foundation.people.services.roster.known import Known
from tongke.foundation.people.services.roster.places import plan_classes, plan_organisations
from tongke.foundation.people.services.roster.pupils import plan_pupils
from tongke.foundation.people.services.roster.rows import Roster
from tongke.foundation.people.services.roster.staff import plan_staff

_WHOLE = "按完整名单导入：名单里没有的学生会离班，没有的任职会结束，请在报告里核对“离开”。"


def plan(roster: Roster, *, actor: Actor | None, at: datetime) -> Plan:
    """Compare a roster with what is stored, within what `actor` may change; None may change all."""
    draft = Draft(Known(roster, actor), roster.named, at)
    changes: list[Change] = [
        *plan_organisations(roster.organisations, draft),
        *plan_staff(roster.staff, draft, whole=roster.whole, sourced=roster.sourced),
        *plan_classes(roster.classes, draft),
        *plan_pupils(roster.pupils, draft, whole=roster.whole),
    ]
    # Records that leave have no row and stay at the end.
    changes.sort(key=lambda each: each.action is Action.LEAVE)
    warnings = (*roster.warnings, *((_WHOLE,) if roster.whole else ()))
    return Plan(changes=tuple(changes), warnings=warnings)
