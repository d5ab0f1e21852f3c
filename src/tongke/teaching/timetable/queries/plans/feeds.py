"""One person's dated lessons of the term, for a calendar: holidays and make-up days respected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from tongke.core.sealing import blind
from tongke.foundation.people.models import Appointment, Organisation, Person
from tongke.teaching.timetable.models import CalendarFeed, Lesson, Placement, Term
from tongke.teaching.timetable.queries.calendar import (
    BellBook,
    Bells,
    Period,
    calendar_of,
    moment,
    on,
    week_of,
)
from tongke.teaching.timetable.queries.grids import taught_by

_WIDEST = 73  # octets of a line, which is folded behind them


@dataclass(frozen=True)
class Event:
    """One lesson on one day."""

    uid: str
    starts: datetime
    ends: datetime
    title: str
    place: str
    off: bool = False


def open_feed(token: str) -> CalendarFeed | None:
    """The link of a token, unless it was revoked."""
    rows = CalendarFeed.objects.filter(token_blind=blind(token), revoked_at=None)
    return rows.select_related("person").first()


def events_of(person: Person, term: Term) -> list[Event]:
    """Everything a teacher teaches in a term, day by day, in order."""
    found = [*_ordinary(person, term), *_joint(person, term)]
    return sorted(found, key=lambda one: (one.starts, one.uid))


def _ordinary(person: Person, term: Term) -> Iterator[Event]:
    rows = list(taught_by(person).filter(term=term, slot=None).order_by("weekday", "seq", "pk"))
    calendar = calendar_of(term)
    book = BellBook({row.school_class.school_id for row in rows})
    bells: dict[date, Bells] = {}
    for lesson in _together(rows):
        row = lesson[0]
        for day in calendar.days_of(row.weekday):
            odd = (week_of(term, day) or 0) % 2 == 1
            if row.weeks != "all" and odd != (row.weeks == "odd"):
                continue
            if day not in bells:
                bells[day] = book.on(day)
            period = bells[day].get(row.school_class.school_id, {}).get(row.seq)
            if period is not None:
                yield _event(lesson, day, period)


def _event(lesson: list[Placement], day: date, period: Period) -> Event:
    row = lesson[0]
    classes = "、".join(each.school_class.name for each in lesson)
    place = [row.school_class.school.short_name, row.room.name if row.room else ""]
    return Event(
        uid=f"p{row.pk}-{day:%Y%m%d}", starts=moment(day, period.starts),
        ends=moment(day, period.ends), title=f"{row.subject.name} {classes}",
        place=" ".join(part for part in place if part),
    )  # fmt: skip


def _together(rows: Iterable[Placement]) -> list[list[Placement]]:
    """Classes of one lesson (合班) are one event."""
    found: dict[tuple[object, ...], list[Placement]] = {}
    for row in rows:
        key = (row.task_id or -row.pk, row.weekday, row.seq, row.weeks)
        found.setdefault(key, []).append(row)
    return list(found.values())


def _joint(person: Person, term: Term) -> Iterator[Event]:
    """Delivered and assisted lessons as they are really planned, cancelled ones marked."""
    rows = (
        Lesson.objects.filter(Q(teacher=person) | Q(classes__assistant=person), course__term=term)
        .select_related("course__grade", "course__subject", "room")
        .distinct()
    )
    for row in rows:
        yield Event(
            uid=f"l{row.pk}", starts=timezone.localtime(row.starts_at),
            ends=timezone.localtime(row.ends_at), title=f"联合课 {row.course} {row.title}".strip(),
            place=row.room.name if row.room else "",
            off=row.state in {Lesson.State.CANCELLED, Lesson.State.NOT_HELD},
        )  # fmt: skip


def calendar_text(name: str, events: Iterable[Event], *, at: datetime, host: str) -> str:
    """The events as iCalendar (RFC 5545), lines folded, times in UTC."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongke//Timetable//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}", "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]  # fmt: skip
    for each in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{each.uid}@{host}", f"DTSTAMP:{_utc(at)}",
            f"DTSTART:{_utc(each.starts)}", f"DTEND:{_utc(each.ends)}",
            f"SUMMARY:{_text(each.title)}", f"LOCATION:{_text(each.place)}",
            f"STATUS:{'CANCELLED' if each.off else 'CONFIRMED'}", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(at: datetime) -> str:
    return at.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for mark in ("\\", ";", ","):
        words = words.replace(mark, f"\\{mark}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line is longer than 75 octets; a character is never cut."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _WIDEST:
            parts.append(part)
            part, size = "", 0
        part, size = part + character, size + octets
    return "\r\n ".join([*parts, part])


def place_of(person: Person, day: date) -> Organisation | None:
    """Where somebody works: whose terms their lessons belong to."""
    held = Appointment.objects.filter(on(day), person=person).select_related("organisation")
    first = held.order_by("pk").first()
    return first.organisation if first else None
