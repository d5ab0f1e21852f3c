"""What a substituted lesson counts: posted to the ledger when it is over, taken back on undoing."""

from datetime import timedelta

from django.utils import timezone

from tongke.core.jobs import task
from tongke.engines.credits import services as credits_services
from tongke.teaching.timetable.models import DayChange
from tongke.teaching.timetable.queries.calendar import day_name
from tongke.teaching.timetable.queries.changes_day import DayLesson, Suspended
from tongke.teaching.timetable.services.crediting import WORKLOAD

FORM = "substitute"


def entry_key(change: int) -> str:
    """What the keys of one change's ledger entries begin with."""
    return f"change:{change}:"


def schedule(change: DayChange, one: DayLesson) -> None:
    """Have a substituted ordinary lesson counted once it is over.

    Joint lessons are counted when they are held, for whoever then teaches them.
    """
    if change.kind == DayChange.Kind.SUBSTITUTE and change.part == DayChange.Part.OWN:
        over = one.starts_at + timedelta(minutes=one.end - one.start)
        credit_change.enqueue(key=str(change.pk), run_at=over, change=change.pk)


@task("timetable.credit_change")
def credit_change(change: int) -> None:
    """Post the work of a substitute. Nothing happens when it was undone. Safe to run twice."""
    row = (
        DayChange.objects.select_related("teacher", "school", "school_class", "subject", "term")
        .filter(pk=change, state__in=DayChange.STANDING)
        .first()
    )
    if row is None or row.teacher is None or row.subject is None:
        return
    if Suspended(row.term, [row.day]).why(row.school, row.day, row.seq):
        return
    klass = row.school_class.name if row.school_class else ""
    credits_services.post(
        book=WORKLOAD, person=row.teacher, organisation=row.school, rule="host",
        facts={"form": FORM, "form_name": "代课"}, source=row,
        source_label=f"{day_name(row.day)}第 {row.seq} 节 {klass}{row.subject.name}代课",
        key=f"{entry_key(row.pk)}host:{row.teacher.pk}", occurred_on=row.day, at=timezone.now(),
    )  # fmt: skip


@task("timetable.uncredit_change")
def uncredit_change(change: int, reason: str) -> None:
    """Take back what a change that was undone had counted. Safe to run twice, and late."""
    row = DayChange.objects.get(pk=change)
    credits_services.reverse(
        key_prefix=entry_key(change), source=row, reason=reason, at=timezone.now()
    )
