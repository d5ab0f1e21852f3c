"""Reads of the system pages and of the global search."""

from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from tongke.core import profile
from tongke.core.models import AuditEntry, Job
from tongke.core.profile import TableDescription
from tongke.engines.communities import policy as communities
from tongke.engines.library import policy as library
from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.teaching.homework import policy as homework
from tongke.teaching.timetable import policy as timetable

_PER_KIND = 8


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what it is, where it leads."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class HitGroup:
    """What was found of one kind."""

    label: str
    icon: str
    hits: tuple[Hit, ...]


def settings_tables(words: str, *, only_changed: bool) -> list[TableDescription]:
    """The region's settings, narrowed by words in label, key, value or source."""
    found = []
    for table in profile.describe():
        rows = tuple(
            value
            for value in table.settings
            if (not only_changed or value.changed)
            and (
                not words
                or words.lower() in f"{value.label}{value.key}{value.text}{value.source}".lower()
            )
        )
        if rows:
            found.append(replace(table, settings=rows))
    return found


def audit_search(rows: QuerySet[AuditEntry], words: str, action: str) -> QuerySet[AuditEntry]:
    """Entries by actor or object, and by the beginning of the action."""
    words, action = words.strip(), action.strip()
    if words:
        rows = rows.filter(
            Q(actor_name__icontains=words) | Q(object_type__icontains=words) | Q(object_id=words)
        )
    if action:
        rows = rows.filter(action__startswith=action)
    return rows


def job_counts(rows: QuerySet[Job]) -> list[tuple[str, str, int]]:
    """(state, label, number) for every state."""
    numbers = dict(rows.values_list("state").annotate(number=Count("id")))
    return [(value, label, numbers.get(value, 0)) for value, label in Job.State.choices]


def search(actor: Actor, words: str) -> list[HitGroup]:
    """What the actor may see whose name contains the words; every rule is the list page's own."""
    words = words.strip()
    if not words:
        return []
    groups = [
        HitGroup("人员", "users", _people(actor, words)),
        HitGroup("班级", "users-group", _classes(actor, words)),
        HitGroup("机构", "building-community", _schools(actor, words)),
        HitGroup("课次", "broadcast", _lessons(actor, words)),
        HitGroup("作业", "clipboard-check", _homework(actor, words)),
        HitGroup("资源", "books", _resources(actor, words)),
        HitGroup("共同体", "affiliate", _communities(actor, words)),
    ]
    return [group for group in groups if group.hits]


def _people(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = people.people(actor, people.Perm.PERSON_READ).filter(
        Q(name__icontains=words) | Q(number=words)
    )
    return tuple(
        Hit(row.name, row.number, reverse("people:person-detail", args=[row.pk]))
        for row in rows.order_by("name", "pk")[:_PER_KIND]
    )


def _classes(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = people.classes(actor, people.Perm.CLASS_READ).filter(
        Q(name__icontains=words) | Q(school__name__icontains=words)
    )
    return tuple(
        Hit(row.name, row.school.name, reverse("people:class-detail", args=[row.pk]))
        for row in rows.select_related("school")[:_PER_KIND]
    )


def _schools(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = people.organisations(actor, people.Perm.ORGANISATION_READ).filter(name__icontains=words)
    return tuple(
        Hit(row.name, row.get_kind_display(), reverse("people:organisation-detail", args=[row.pk]))
        for row in rows[:_PER_KIND]
    )


def _lessons(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = timetable.lessons(actor, timetable.Perm.LESSON_READ).filter(
        Q(title__icontains=words)
        | Q(course__subject__name=words)
        | Q(teacher__name__icontains=words)
    )
    rows = rows.select_related("course__subject", "course__grade").order_by("-starts_at")
    return tuple(
        Hit(
            row.title or str(row.course),
            f"{row.day:%m-%d} {row.course}",
            reverse("timetable:lesson-detail", args=[row.pk]),
        )
        for row in rows[:_PER_KIND]
    )


def _homework(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = homework.homework(actor, homework.Perm.HOMEWORK_READ).filter(title__icontains=words)
    return tuple(
        Hit(row.title, f"截止 {row.due_at:%m-%d}", reverse("homework:homework-open", args=[row.pk]))
        for row in rows.order_by("-due_at")[:_PER_KIND]
    )


def _resources(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = library.resources(actor, library.Perm.RESOURCE_READ).filter(title__icontains=words)
    return tuple(
        Hit(row.title, row.get_kind_display(), reverse("library:resource-detail", args=[row.pk]))
        for row in rows.order_by("-published_at")[:_PER_KIND]
    )


def _communities(actor: Actor, words: str) -> tuple[Hit, ...]:
    rows = communities.communities(actor, communities.Perm.COMMUNITY_READ)
    return tuple(
        Hit(row.name, "教学共同体", reverse("communities:consortium-detail", args=[row.pk]))
        for row in rows.filter(name__icontains=words)[:_PER_KIND]
    )
