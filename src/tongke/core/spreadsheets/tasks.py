"""Imports that take longer than a request: the same `runs`, carried out by the worker.

A kind is registered by `views.import_views`; people registers how an actor is found again. Until
somebody has, every import runs inside its request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import get_resolver
from django.utils import timezone

from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.messages import notify, register_kind
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import runs
from tongke.core.spreadsheets.importer import Importer

# Measured on one slow core: 100 KB of .xlsx are read in about a second, 500 rows written in one.
INLINE_BYTES = 100 * 1024
INLINE_CHANGES = 500
MESSAGE = register_kind("import", "表格导入")

ActorLoader = Callable[[Any, int, date], Any]
"""(account, appointment id, day) → the actor in that appointment, or None when it has ended."""


@dataclass(frozen=True)
class ImportKind:
    """A kind of import that pages offer.

    Args:
        code: such as ``people.roster``; names the history and, with dashes, the addresses.
        factory: makes the importer for an actor and the keyword arguments of the address.
        allowed: whether an actor may import this kind.
        title: what is imported, such as 学生名册.
    """

    code: str
    factory: Callable[..., Importer]
    allowed: Callable[..., bool]
    title: str


_KINDS: dict[str, ImportKind] = {}
_LOADER: list[ActorLoader] = []


def register_import(kind: ImportKind) -> ImportKind:
    """Make a kind known to the worker; the same code again replaces it."""
    _KINDS[kind.code] = kind
    return kind


def import_kind(code: str) -> ImportKind | None:
    """A registered kind of import, or None; packages register theirs when their URLs load."""
    return _KINDS.get(code)


def import_kinds() -> list[str]:
    """The codes of every registered kind of import."""
    return sorted(_KINDS)


def register_actor_loader(loader: ActorLoader) -> None:
    """Say how an actor is found again from account and appointment; done once, by people."""
    _LOADER[:] = [loader]


def start(run: ImportRun, *, step: str, actor: Any, scope: dict[str, Any], url: str) -> bool:
    """Hand the next step of a run to the worker; False when it is short enough to do at once.

    Args:
        step: ``analyse`` or ``commit``.
        scope: keyword arguments of the address, for the factory.
        url: the report's address, for the message at the end.
    """
    counts = run.report.get("counts", {})
    writes = sum(counts.get(each, 0) for each in ("add", "change", "leave"))
    size = run.report.get("size", 0)
    short = size <= INLINE_BYTES if step == "analyse" else writes <= INLINE_CHANGES
    appointment = getattr(actor, "appointment_id", None)
    if short or not _LOADER or appointment is None:
        return False
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.DRY).update(progress_done=0)
        carry_on.enqueue(
            key=f"{step}:{run.pk}:{run.report.get('digest', '')[:12]}",
            run_id=run.pk, step=step, appointment=appointment, scope=scope, url=url,
        )  # fmt: skip
    run.refresh_from_db()
    return True


@task("core.import.carry_on", retries=0, lease_seconds=1800, atomic=False)
def carry_on(run_id: int, step: str, appointment: int, scope: dict[str, Any], url: str) -> None:
    """Read or commit a run, then tell its account. Safe to run twice: runs decide by state."""
    run = ImportRun.objects.filter(pk=run_id, state=ImportRun.State.DRY).first()
    if run is None:
        return
    at = timezone.now()
    try:
        title = _do(run, step, appointment, scope, at)
    except Refused as refused:
        title = f"导入“{run.filename}”没有完成"
        _note(run, str(refused))
    except Exception:
        _note(run, "处理时出了意外，没有导入任何内容。已记录下来，请联系管理员。")
        raise
    if run.created_by is not None:
        notify(run.created_by, MESSAGE, title, url=url, key=f"import:{run.pk}:{step}:{at:%j%H%M%S}")


def _do(run: ImportRun, step: str, appointment: int, scope: dict[str, Any], at: datetime) -> str:
    if run.kind not in _KINDS:
        get_resolver().url_patterns  # noqa: B018 - loads the addresses, which register their kinds
    kind, account = _KINDS[run.kind], run.created_by
    actor = _LOADER[0](account, appointment, timezone.localdate(at))
    if actor is None or not kind.allowed(actor, **scope):
        raise Refused("您的身份或权限已经变化，请重新登录后再导入。")
    importer = kind.factory(actor, **scope)
    if step == "commit":
        runs.commit(run, importer, by=actor, at=at)
        return f"“{run.filename}”已导入"
    runs.analyse(run, importer, by=actor, at=at)
    return f"“{run.filename}”已检查，请确认导入"


def _note(run: ImportRun, sentence: str) -> None:
    """Keep why a step stopped, and end the progress bar."""
    run.refresh_from_db()
    ImportRun.objects.filter(pk=run.pk).update(
        report=run.report | {"stopped": sentence}, progress_done=runs.STEPS
    )


@task("core.import.forget_old", every_minutes=24 * 60)
def forget_old() -> None:
    """Drop unconfirmed dry runs and old reports. Safe to run twice."""
    runs.forget_old(timezone.now())
