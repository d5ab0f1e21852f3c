"""Writes of the library: add, edit, publish, withdraw, note a visit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

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
from tongke.foundation.people.roles import Role


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
    profile = current(LibraryProfile)
    if not content.key_points:
        raise Refused("请至少选一个知识点，学生才能被推荐到它。")
    match content.kind:
        case Resource.Kind.MICRO:
            _check_video(content, profile)
        case Resource.Kind.PAGE:
            if len(content.body) > profile.page_max_chars:
                most, have = profile.page_max_chars, len(content.body)
                raise Refused(f"讲解页最多 {most} 字，现在 {have} 字，请再精简。")
            if content.seconds > profile.page_max_minutes * 60:
                raise Refused(f"讲解页最长 {profile.page_max_minutes} 分钟，请分成几页。")
    if not content.body.strip() and content.file is None:
        raise Refused("请写正文，或者上传文件。")


def _check_video(content: Content, profile: LibraryProfile) -> None:
    if content.file is None or not content.file.mime.startswith("video/"):
        raise Refused("微课需要一个视频文件。")
    if content.seconds > profile.micro_lesson_max_minutes * 60:
        raise Refused(f"微课最长 {profile.micro_lesson_max_minutes} 分钟，请剪短后再传。")
    if content.file.size > profile.micro_lesson_mb * 1024 * 1024:
        raise Refused(f"微课文件最大 {profile.micro_lesson_mb} MB，请压缩后再传。")


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
    """Change a resource; an old file stays when no new one is given.

    Raises:
        Refused: as for `add`; nothing is written.
    """
    content = replace(content, file=content.file or resource.file)
    _check(content)
    Resource.objects.filter(pk=resource.pk).update(
        kind=content.kind, title=content.title, body=content.body, seconds=content.seconds,
        file=content.file,
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


def visit(resource: Resource, *, by: Actor, at: datetime) -> bool:
    """Note that a person opened it, once a day; a pupil's visit goes into the learning stream too.

    Repeat is safe. Returns whether it was the first of the day.
    """
    day = timezone.localdate(at)
    # Most visits are repeats: they must not queue for the right to write.
    if Visit.objects.filter(resource=resource, person=by.person, day=day).exists():
        return False
    with transaction.atomic():
        Visit.objects.bulk_create(
            [Visit(resource=resource, person=by.person, day=day)], ignore_conflicts=True
        )
        if by.role is Role.PUPIL:
            learning.record(
                key=f"library.visit:{resource.pk}:{by.person.pk}:{day}", person=by.person,
                verb="viewed", object_type="library.resource", object_id=resource.pk, at=at,
            )  # fmt: skip
    return True


def offers(key_point_id: int) -> list[Offer]:
    """What learning may recommend for a key point: micro-lessons first, then the shortest."""
    rows = Resource.objects.filter(
        key_points=key_point_id,
        state=Resource.State.PUBLISHED,
        kind__in=[Resource.Kind.MICRO, Resource.Kind.PAGE],
    ).order_by("kind", "seconds", "pk")
    return [Offer(row.pk, row.title, row.minutes) for row in rows]
