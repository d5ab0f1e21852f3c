"""The two-sided protocol as pages show it, and what a teacher still has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tongke.core.profile import current
from tongke.foundation.people.models import Person
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.timetable.models import Lesson


@dataclass(frozen=True)
class Duty:
    """One duty on the page. `state` is done, late or open; `mine` says the viewer may tick it."""

    item: ProtocolItem
    state: str
    automatic: bool
    mine: bool


@dataclass(frozen=True)
class Link:
    """One of the links with the duties of the host and of each listening class."""

    name: str
    host: Sequence[Duty]
    listening: Sequence[Duty]


@dataclass(frozen=True)
class Column:
    """How far one side of a lesson is: a name, done of total."""

    name: str
    done: int
    total: int


def links(lesson: Lesson, tickable: set[int], at: datetime) -> list[Link]:
    """The protocol of a lesson by link.

    Args:
        tickable: ids of the items the viewer may tick.
        at: the moment deadlines are compared with.
    """
    profile = current(ClassroomProfile)
    automatic = {duty.code for duty in profile.protocol if duty.event}
    rows = (
        lesson.protocol.select_related(
            "school_class__school", "responsible", "done_by", "evidence_file"
        )
        .order_by("due_at", "code", "school_class__school__path")
    )  # fmt: skip
    found: dict[str, tuple[list[Duty], list[Duty]]] = {
        link.code: ([], []) for link in profile.links
    }
    for item in rows:
        state = "done" if item.done_at else "late" if item.due_at < at else "open"
        duty = Duty(item, state, item.code in automatic, item.pk in tickable)
        host, listening = found.setdefault(item.link, ([], []))
        (host if item.side == "host" else listening).append(duty)
    names = {link.code: link.name for link in profile.links}
    return [Link(names.get(code, code), *sides) for code, sides in found.items() if any(sides)]


def columns(lesson: Lesson) -> list[Column]:
    """Done and total: the host's side, then each listening class in the order of the tree."""
    counts: dict[tuple[bool, str, str], list[int]] = {}
    school = "school_class__school"
    rows = lesson.protocol.values_list(
        "side", f"{school}__path", f"{school}__short_name", "done_at"
    )
    for side, path, name, done in rows:
        pair = counts.setdefault((side != "host", path or "", name or ""), [0, 0])
        pair[0] += done is not None
        pair[1] += 1
    return [
        Column(f"听讲：{name}" if listening else "主讲", done, total)
        for (listening, _, name), (done, total) in sorted(counts.items())
    ]


def todo(person: Person, until: datetime) -> QuerySet[ProtocolItem]:
    """What a person is responsible for and has still to do, due until a moment, soonest first."""
    return open_ones(ProtocolItem.objects.filter(responsible=person), until)


def open_ones(items: QuerySet[ProtocolItem], until: datetime) -> QuerySet[ProtocolItem]:
    """Of some duties, those still to be done and due until a moment, soonest first."""
    return (
        _with_lesson(items)
        .filter(done_at=None, due_at__lte=until)
        .exclude(lesson__state__in=[Lesson.State.CANCELLED, Lesson.State.NOT_HELD])
        .order_by("due_at", "code", "pk")
    )


def done(items: QuerySet[ProtocolItem]) -> QuerySet[ProtocolItem]:
    """Of some duties, those that are done, latest first."""
    return _with_lesson(items).exclude(done_at=None).order_by("-done_at", "-pk")


def _with_lesson(items: QuerySet[ProtocolItem]) -> QuerySet[ProtocolItem]:
    return items.select_related(
        "lesson__course__subject", "lesson__course__grade", "school_class__school"
    )
