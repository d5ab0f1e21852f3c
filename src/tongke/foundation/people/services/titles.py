"""The master-teacher register (S-014): schools report, offices file or return with a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, Title
from tongke.foundation.people.profile import PeopleProfile


@dataclass(frozen=True, kw_only=True)
class NewTitle:
    """A title to report; `kind` is a code of the region's list, which also gives its level."""

    person: Person
    organisation: Organisation
    kind: str
    subject_code: str
    since: date
    stage_code: str = ""


@transaction.atomic
def report_title(new: NewTitle, *, by: Actor | None, at: datetime) -> Title:
    """A school reports a title of one of its teachers to the offices.

    Raises:
        Refused: the region has no such title, or it is reported already.
    """
    kinds = {one.code: one for one in current(PeopleProfile).titles}
    if new.kind not in kinds:
        raise Refused("本区域没有这种称号。")
    try:
        with transaction.atomic():
            title = Title.objects.create(
                person=new.person, organisation=new.organisation, kind=new.kind,
                level=kinds[new.kind].level, subject_code=new.subject_code,
                stage_code=new.stage_code, since=new.since,
            )  # fmt: skip
    except IntegrityError as twice:
        raise Refused(f"{new.person.name}的这个称号已经报过。") from twice
    record("people.title.reported", title, actor=by, at=at, detail={"kind": new.kind})
    return title


@transaction.atomic
def report_again(title: Title, *, by: Actor | None, at: datetime) -> None:
    """Report a returned title again, after what was wrong has been mended.

    Raises:
        Refused: it was not returned.
    """
    _move(title, Title.State.RETURNED, state=Title.State.REPORTED, reason="")
    record("people.title.reported", title, actor=by, at=at, detail={"again": True})


@transaction.atomic
def file_title(title: Title, *, by: Actor | None, at: datetime) -> None:
    """An office files a reported title: from now on it counts.

    Raises:
        Refused: it is not waiting.
    """
    person = by.person if by else None
    _move(title, Title.State.REPORTED, state=Title.State.FILED, filed_at=at, filed_by=person)
    record("people.title.filed", title, actor=by, at=at)


@transaction.atomic
def return_title(title: Title, reason: str, *, by: Actor | None, at: datetime) -> None:
    """An office sends a reported title back to the school with a reason.

    Raises:
        Refused: no reason is given, or it is not waiting.
    """
    if not reason.strip():
        raise Refused("请写明退回原因。")
    _move(title, Title.State.REPORTED, state=Title.State.RETURNED, reason=reason.strip()[:200])
    record("people.title.returned", title, actor=by, at=at, detail={"reason": title.reason})


@transaction.atomic
def end_title(title: Title, until: date, *, by: Actor | None, at: datetime) -> None:
    """End a title with the day `until`, its last.

    Raises:
        Refused: it has ended, or the day lies before its first.
    """
    if until < title.since:
        raise Refused("结束日期不能早于起始日期。")
    if not Title.objects.filter(pk=title.pk, until=None).update(until=until):
        raise Refused("这个称号已经结束。")
    title.until = until
    record("people.title.ended", title, actor=by, at=at, detail={"until": str(until)})


def _move(title: Title, before: str, **changes: object) -> None:
    """Change a title that is in state `before`; the WHERE clause decides between two clicks."""
    if not Title.objects.filter(pk=title.pk, state=before).update(**changes):
        raise Refused("这条记录的状态已经变了，请刷新后再看。")
    for key, value in changes.items():
        setattr(title, key, value)
