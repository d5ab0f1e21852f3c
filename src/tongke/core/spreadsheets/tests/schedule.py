"""An importer over a small table of core, for the tests of runs, journal and views."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from tongke.core.models import JobSchedule
from tongke.core.spreadsheets import Column, Sheet
from tongke.core.spreadsheets.importer import Action, Change, Plan, describe, refusals

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZONE)
SHEET = Sheet(
    "schedule",
    "日程",
    (
        Column("名称", "name", "code", required=True, unique=True, example="job.a"),
        Column("日期", "next_at", "date", required=True),
        Column("电话", "phone", "phone"),
    ),
)


class ScheduleImporter:
    """The file is the whole truth: names it lacks leave."""

    sheet = SHEET
    sealed = {"core.jobschedule": ["name"]}

    def plan(self, table, *, actor, at):
        """Compare by name."""
        stored = {row.name: row for row in JobSchedule.objects.all()}
        changes = refusals(table, lambda row: describe(row, "name"))
        for row in table.rows:
            name, old = row.values["name"], stored.pop(row.values["name"], None)
            if row.errors:
                continue
            day = row.values["next_at"]
            if old is None:
                op = {"name": name, "day": day}
                fields = {"next_at": (None, day), "phone": (None, row.values.get("phone"))}
                changes.append(Change(row.number, Action.ADD, name, fields, op=op))
            elif old.next_at.astimezone(ZONE).date() == day:
                changes.append(Change(row.number, Action.SAME, name))
            else:
                before = old.next_at.astimezone(ZONE).date()
                op = {"pk": old.pk, "day": day}
                fields = {"next_at": (before, day)}
                changes.append(Change(row.number, Action.CHANGE, name, fields, op=op))
        changes += [
            Change(0, Action.LEAVE, name, op={"pk": old.pk}) for name, old in sorted(stored.items())
        ]
        return Plan(tuple(changes))

    def commit(self, plan, journal, *, by, at):
        """Write plainly; the real importers call services."""
        for change in plan.effective:
            rows = JobSchedule.objects.filter(pk=change.op.get("pk"))
            if change.action is Action.ADD:
                moment = datetime.combine(change.op["day"], time(), ZONE)
                new = JobSchedule.objects.create(name=change.op["name"], next_at=moment)
                journal.added([new])
                continue
            journal.touching(rows)
            if change.action is Action.LEAVE:
                rows.delete()
            else:
                rows.update(next_at=datetime.combine(change.op["day"], time(), ZONE))


def make_schedule(**days):
    """Stored rows: name=day of November 2026."""
    return [
        JobSchedule.objects.create(name=name, next_at=datetime(2026, 11, day, tzinfo=ZONE))
        for name, day in days.items()
    ]


def stored():
    """What the table holds: name to day of month, with the primary keys."""
    rows = JobSchedule.objects.order_by("name")
    return {row.name: (row.next_at.astimezone(ZONE).day, row.pk) for row in rows}


def make_file(**days):
    """A .csv that says these names are due on these days of November 2026."""
    lines = ["名称,日期", *(f"{name},2026-11-{day:02}" for name, day in days.items())]
    return "\n".join(lines).encode()
