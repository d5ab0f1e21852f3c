"""A teacher's choice instead of what the platform found; what it replaced is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.engines.library.models import Resource
from tongke.foundation.people.actors import Actor
from tongke.teaching.continuity.models import Choice, StandIn
from tongke.teaching.continuity.queries.days import Part
from tongke.teaching.continuity.services import preparing
from tongke.teaching.continuity.services.studying import ensure

Kind = StandIn.Kind


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the teacher names: a resource or a link, a task, and why."""

    resource: Resource | None = None
    link: str = ""
    task: str = ""
    note: str = ""


def _too_late(part: Part, at: datetime) -> None:
    if part.starts_at <= at:
        raise Refused("这节课已经开始，不能再换；可以在答复里补充说明。")


@transaction.atomic
def choose(part: Part, wanted: Wanted, *, by: Actor, at: datetime) -> StandIn:
    """Put a teacher's resource or link in the place of a stand-in, before it begins.

    Raises:
        Refused: it has begun, both or neither is named, the link is no web address, or the
            resource is not published; nothing is written.
    """
    _too_late(part, at)
    if (wanted.resource is None) == (not wanted.link):
        raise Refused("请选一个资源，或者填一个链接，两样只填一样。")
    if wanted.link and urlsplit(wanted.link).scheme not in {"http", "https"}:
        raise Refused("链接要以 http:// 或 https:// 开头。")
    if wanted.resource is not None and wanted.resource.state != Resource.State.PUBLISHED:
        raise Refused("这个资源还没有发布，学生打不开。")
    stand_in = ensure(part)
    kind = Kind.CHOSEN if wanted.resource is not None else Kind.LINK
    Choice.objects.create(
        stand_in=stand_in, kind=kind, resource=wanted.resource, link=wanted.link,
        task=wanted.task, note=wanted.note, before=_state(stand_in), by=by.person, at=at,
    )  # fmt: skip
    StandIn.objects.filter(pk=stand_in.pk).update(
        kind=kind, resource=wanted.resource, link=wanted.link,
        task=wanted.task or stand_in.task,
        why=(f"{by.person.name}老师指定" + (f"：{wanted.note}" if wanted.note else ""))[:120],
    )  # fmt: skip
    stand_in.refresh_from_db()
    _recount(part)
    record("continuity.standin.chosen", stand_in, actor=by, at=at, detail={"kind": kind})
    return stand_in


def _recount(part: Part) -> None:
    """Bring the figures of the emergency's report up to date."""
    if part.order is not None:
        preparing.recount(part.order.key, part.school_class.school_id)


def _state(stand_in: StandIn) -> dict[str, Any]:
    return {
        "kind": stand_in.kind, "resource": stand_in.resource_id, "link": stand_in.link,
        "task": stand_in.task, "why": stand_in.why, "lesson": stand_in.lesson_id,
    }  # fmt: skip


@transaction.atomic
def withdraw(part: Part, *, by: Actor, at: datetime) -> StandIn:
    """Undo the last choice: what stood before it stands again.

    Raises:
        Refused: it has begun, or nothing was chosen; nothing is written.
    """
    _too_late(part, at)
    last = Choice.objects.filter(
        stand_in=part.stand_in.pk, withdrawn_at=None
    ).select_related("stand_in").first()  # fmt: skip
    if last is None:
        raise Refused("没有可以撤销的改动。")
    Choice.objects.filter(pk=last.pk).update(withdrawn_at=at)
    before = last.before
    StandIn.objects.filter(pk=last.stand_in_id).update(
        kind=before["kind"], resource=before["resource"], link=before["link"],
        task=before["task"], why=before["why"],
    )  # fmt: skip
    _recount(part)
    record("continuity.standin.withdrawn", last.stand_in, actor=by, at=at)
    return StandIn.objects.get(pk=last.stand_in_id)


def history(part: Part) -> list[Choice]:
    """Every choice that was made for a period, newest first, withdrawn ones too."""
    if part.stand_in.pk is None:
        return []
    rows = Choice.objects.filter(stand_in=part.stand_in.pk)
    return list(rows.select_related("by", "resource"))
