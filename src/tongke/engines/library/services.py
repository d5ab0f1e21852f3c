"""Writes of the library: add, edit, publish, withdraw, note a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.models import StoredFile
from tongke.core.profile import current
from tongke.engines.learning import services as learning
from tongke.engines.learning.providers import Offer
from tongke.engines.library.models import Resource, Visit
from tongke.engines.library.profile import LibraryProfile
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Content:
    """What an author fills in."""

    kind: str
    title: str
    body: str
    seconds: int
    key_points: Sequence[KeyPoint]
    file: StoredFile | None = None


def _check(content: Content) -> None:
    if not content.key_points:
        raise Refused("请至少选一个知识点，学生才能被推荐到它。")
    if content.kind == Resource.Kind.MICRO:
        most = round(current(LibraryProfile).micro_lesson_max_minutes * 60)
        if content.file is None:
            raise Refused("微课需要一个视频文件。")
        if content.seconds > most:
            raise Refused(f"微课最长 {most // 60} 分 {most % 60:02d} 秒，请剪短后再传。")
    elif not content.body.strip() and content.file is None:
        raise Refused("请写正文，或者上传文件。")


@transaction.atomic
def add(content: Content, *, by: Actor, at: datetime) -> Resource:
    """A new draft.

    Raises:
        Refused: it explains no key point, is empty, or is too long; nothing is written.
    """
    _check(content)
    made = Resource.objects.create(
        kind=content.kind, title=content.title, body=content.body, seconds=content.seconds,
        file=content.file, author=by.person, organisation=by.organisation, created_at=at,
    )  # fmt: skip
    made.key_points.set(content.key_points)
    record("library.resource.added", made, actor=by, at=at)
    return made


@transaction.atomic
def edit(resource: Resource, content: Content, *, by: Actor, at: datetime) -> None:
    """Change a resource; an old file stays when no new one is given."""
    _check(content if content.file else Content(**{**vars(content), "file": resource.file}))
    Resource.objects.filter(pk=resource.pk).update(
        kind=content.kind, title=content.title, body=content.body, seconds=content.seconds,
        file=content.file or resource.file,
    )  # fmt: skip
    resource.key_points.set(content.key_points)
    resource.refresh_from_db()
    record("library.resource.edited", resource, actor=by, at=at)


@transaction.atomic
def publish(resource: Resource, *, by: Actor, at: datetime) -> None:
    """Show a draft or a withdrawn resource to everybody.

    Raises:
        Refused: it is published already.
    """
    rows = Resource.objects.filter(pk=resource.pk).exclude(state=Resource.State.PUBLISHED)
    if not rows.update(state=Resource.State.PUBLISHED, published_at=at):
        raise Refused("资源已经发布。")
    resource.refresh_from_db()
    record("library.resource.published", resource, actor=by, at=at)


@transaction.atomic
def withdraw(resource: Resource, *, by: Actor, at: datetime) -> None:
    """Take a published resource off the shelves.

    Raises:
        Refused: it is not published.
    """
    rows = Resource.objects.filter(pk=resource.pk, state=Resource.State.PUBLISHED)
    if not rows.update(state=Resource.State.WITHDRAWN):
        raise Refused("资源不在发布状态。")
    resource.refresh_from_db()
    record("library.resource.withdrawn", resource, actor=by, at=at)


@transaction.atomic
def visit(resource: Resource, *, by: Actor, at: datetime) -> None:
    """Note that a person opened it, once a day, and push that into the stream. Repeat is safe."""
    day = at.astimezone().date()
    fresh = Visit(resource=resource, person=by.person, day=day)
    if Visit.objects.filter(resource=resource, person=by.person, day=day).exists():
        return
    Visit.objects.bulk_create([fresh], ignore_conflicts=True)
    learning.record(
        key=f"library.visit:{resource.pk}:{by.person.pk}:{day}", person=by.person, verb="viewed",
        object_type="library.resource", object_id=resource.pk, at=at,
    )  # fmt: skip


def offers(key_point_id: int) -> list[Offer]:
    """What learning may recommend for a key point: micro-lessons first, then the shortest."""
    rows = Resource.objects.filter(
        key_points=key_point_id,
        state=Resource.State.PUBLISHED,
        kind__in=[Resource.Kind.MICRO, Resource.Kind.PAGE],
    ).order_by("kind", "seconds", "pk")
    return [Offer(row.pk, row.title, row.minutes) for row in rows]
