"""Imports as people live them: dry run, report, commit once, undo.

A dry run changes nothing but its own row. The upload is kept sealed until it is committed,
cancelled or a week old. The plan is made again at commit, inside the transaction, and must be
the plan the person has seen.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F, QuerySet

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.fields import mask
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import held
from tongke.core.spreadsheets.archives import FileRefused, read_bytes
from tongke.core.spreadsheets.cells import clean
from tongke.core.spreadsheets.importer import Change, Importer, LoadsFile, Plan, with_row_errors
from tongke.core.spreadsheets.journal import Journal, apply_undo
from tongke.core.spreadsheets.reading import read
from tongke.core.spreadsheets.sheet import Limits, Sheet, Table
from tongke.core.spreadsheets.writing import shown

State = ImportRun.State
KEEP_DRY = timedelta(days=7)
KEEP_JOURNAL = timedelta(days=30)  # so long an import can be undone; then its rows are forgotten
STEPS = 3  # read, compared, written down


def dry_run(
    importer: Importer, file: bytes | BinaryIO, name: str, *, kind: str = "", by: Any, at: datetime
) -> ImportRun:
    """Read a file and say what importing it would do; writes nothing but the run.

    Args:
        kind: whose history the run belongs to; by default the code of the importer's sheet.
        by: the acting person (`account`, `audit_id`, `audit_name`), or None for the system.
    """
    run = receive(importer, file, name, kind=kind, by=by, at=at)
    return run if run.state == State.FAILED else analyse(run, importer, by=by, at=at)


def receive(
    importer: Importer, file: bytes | BinaryIO, name: str, *, kind: str = "", by: Any, at: datetime
) -> ImportRun:
    """Take a file in without reading its rows; `analyse` does that, now or in a job.

    A file that is too large or empty gives a run in the state failed with one error.
    """
    run = ImportRun(
        kind=kind or importer.sheet.code,
        filename=clean(name)[-200:] or "文件",
        created_by=getattr(by, "account", None),
        created_at=at,
        progress_total=STEPS,
    )
    try:
        data = read_bytes(file, limits_of(importer))
    except FileRefused as refused:
        run.state, run.report = State.FAILED, _report(Plan(errors=(str(refused),)), importer.sheet)
        run.progress_done = STEPS
    else:
        run.sha256 = hashlib.sha256(data).hexdigest()
        run.report = {"held": held.keep(data), "size": len(data)}
    with transaction.atomic():
        run.save(force_insert=True)
        record("core.import.received", run, actor=by, at=at, detail={"kind": run.kind})
    return run


def limits_of(importer: Importer) -> Limits:
    """How large a file the importer takes (its attribute `limits`, else the default)."""
    return getattr(importer, "limits", None) or Limits()


def analyse(run: ImportRun, importer: Importer, *, by: Any, at: datetime) -> ImportRun:
    """Plan a received file and keep the report; may be repeated, the newest report counts.

    Raises:
        Refused: the run is not waiting any more, or its file is gone.
    """
    source = _source(run, importer)
    _advance(run, 1)
    plan = _planned(importer, source, by=by, at=at)
    _advance(run, 2)
    state = State.FAILED if plan.errors else State.DRY
    token = run.report["held"]
    report = _report(plan, importer.sheet) | {"held": token, "size": run.report["size"]}
    changed = ImportRun.objects.filter(pk=run.pk, state=State.DRY).update(
        state=state, report=report, progress_done=STEPS
    )
    if not changed:
        raise Refused("这次导入已经处理过了。")
    if state == State.FAILED:
        held.drop(token)
    run.refresh_from_db()
    return run


def commit(run: ImportRun, importer: Importer, *, by: Any, at: datetime) -> ImportRun:
    """Do what the report of the dry run says, all or nothing. Committing twice writes once.

    Raises:
        Refused: it cannot be committed; or the data have changed since the dry run, and the report
            has been renewed for another look. Nothing is written.
    """
    if run.state == State.COMMITTED:
        return run
    source = _source(run, importer)
    token, digest = run.report["held"], run.report.get("digest", "")
    with transaction.atomic():
        # The WHERE clause decides between two clicks; the loser finds the work done.
        won = ImportRun.objects.filter(pk=run.pk, state=State.DRY).update(
            state=State.COMMITTED, committed_at=at
        )
        moved = bool(won) and not _write(run, importer, source, digest, by=by, at=at)
        if moved:
            transaction.set_rollback(True)
        else:
            transaction.on_commit(lambda: held.drop(token))
    run.refresh_from_db()
    if moved:
        analyse(run, importer, by=by, at=at)
        raise Refused("检查之后数据又有变化，已按最新数据重新检查，请看过报告后再确认一次。")
    if run.state != State.COMMITTED:
        raise Refused("这次导入已经处理过了。")
    return run


def _write(
    run: ImportRun, importer: Importer, source: Any, digest: str, *, by: Any, at: datetime
) -> bool:
    """Plan once more and carry it out; False when the plan is not the one of the dry run."""
    plan = _planned(importer, source, by=by, at=at)
    if plan.digest() != digest:
        return False
    obstacle = plan.obstacle()
    if obstacle:
        raise Refused(obstacle)
    journal = Journal(sealed=getattr(importer, "sealed", None))
    importer.commit(plan, journal, by=by, at=at)
    ImportRun.objects.filter(pk=run.pk).update(journal=journal.operations())
    record("core.import.committed", run, actor=by, at=at,
           detail={"kind": run.kind, "counts": plan.counts})  # fmt: skip
    return True


def undo(run: ImportRun, *, by: Any, at: datetime) -> ImportRun:
    """Take a committed import back. Undoing twice takes back once.

    Raises:
        Refused: a row was changed or used since, or too long ago; then nothing is taken back.
    """
    with transaction.atomic():
        won = ImportRun.objects.filter(
            pk=run.pk, state=State.COMMITTED, committed_at__gt=at - KEEP_JOURNAL
        ).update(state=State.UNDONE, undone_at=at)
        if won:
            run.refresh_from_db()
            rows = apply_undo(run.journal)
            ImportRun.objects.filter(pk=run.pk).update(journal=[])
            record("core.import.undone", run, actor=by, at=at,
                   detail={"kind": run.kind, "rows": rows})  # fmt: skip
    run.refresh_from_db()
    if run.state == State.COMMITTED:
        raise Refused(f"导入已超过 {KEEP_JOURNAL.days} 天，不能撤销。")
    if run.state != State.UNDONE:
        raise Refused("只有已经导入的内容才能撤销。")
    return run


def cancel(run: ImportRun, *, by: Any, at: datetime) -> None:
    """Drop a run that was not committed, with its file.

    Raises:
        Refused: it was committed; undo it instead.
    """
    token = run.report.get("held", "")
    with transaction.atomic():
        record("core.import.cancelled", run, actor=by, at=at, detail={"kind": run.kind})
        gone, _ = ImportRun.objects.filter(pk=run.pk, state__in=[State.DRY, State.FAILED]).delete()
        if not gone:
            raise Refused("已经导入，不能取消。可以撤销这次导入。")
        transaction.on_commit(lambda: held.drop(token))


def forget_old(at: datetime) -> int:
    """Drop dry runs nobody confirmed and the rows of reports too old to undo. Safe to run twice."""
    stale = ImportRun.objects.filter(state__in=[State.DRY, State.FAILED])
    gone, _ = stale.filter(created_at__lt=at - KEEP_DRY).delete()
    held.sweep(at - KEEP_DRY)
    old = ImportRun.objects.filter(created_at__lt=at - KEEP_JOURNAL - KEEP_DRY)
    for run in old.filter(report__has_key="changes").only("report")[:200]:
        rest = {name: value for name, value in run.report.items() if name != "changes"}
        ImportRun.objects.filter(pk=run.pk).update(report=rest, journal=[])
        gone += 1
    return gone


def history(kind: str, account: Any) -> QuerySet[ImportRun]:
    """The runs of one account, newest first, with `counts` but without their rows."""
    rows = ImportRun.objects.filter(kind=kind, created_by=account)
    return (
        rows.defer("journal", "report")
        .annotate(counts=F("report__counts"))
        .order_by("-created_at", "-pk")
    )


def _advance(run: ImportRun, step: int) -> None:
    ImportRun.objects.filter(pk=run.pk).update(progress_done=step)


def _source(run: ImportRun, importer: Importer) -> Any:
    data = held.load(run.report.get("held", "")) if run.state == State.DRY else None
    if data is None:
        raise Refused("这次导入已经处理过或已过期，请重新上传文件。")
    if isinstance(importer, LoadsFile):
        return importer.load(data, run.filename)
    return read(data, run.filename, importer.sheet, limits_of(importer))


def _planned(importer: Importer, source: Any, *, by: Any, at: datetime) -> Plan:
    if not isinstance(source, Table):
        return importer.plan(source, actor=by, at=at)
    if source.errors:
        return Plan(errors=source.errors, warnings=source.warnings)
    plan = with_row_errors(importer.plan(source, actor=by, at=at), source)
    fresh = tuple(each for each in source.warnings if each not in plan.warnings)
    return Plan(plan.changes, plan.errors, (*fresh, *plan.warnings), plan.partial)


def _report(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    return {
        "digest": plan.digest(),
        "counts": plan.counts,
        "errors": list(plan.errors),
        "warnings": list(plan.warnings),
        "obstacle": plan.obstacle(),
        "changes": [_told(change, sheet) for change in plan.changes],
    }


def _told(change: Change, sheet: Sheet) -> list[Any]:
    fields = {
        _heading(sheet, key): [_value(sheet, key, old), _value(sheet, key, new)]
        for key, (old, new) in change.fields.items()
        if old != new
    }
    return [change.row, change.action.value, change.label, fields, change.message]


def _heading(sheet: Sheet, key: str) -> str:
    column = sheet.by_key.get(key)
    return column.header if column else key


def _value(sheet: Sheet, key: str, value: Any) -> str:
    column = sheet.by_key.get(key)
    if value is None or value == "":
        return ""
    text = shown(column, value) if column else str(value)
    return mask(text) if column and column.secret else text


def report_rows(run: ImportRun) -> list[dict[str, Any]]:
    """The report's rows as mappings: row, action, label, fields (heading → [old, new]), message."""
    names = ("row", "action", "label", "fields", "message")
    return [dict(zip(names, each, strict=True)) for each in run.report.get("changes", [])]
