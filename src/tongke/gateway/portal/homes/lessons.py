"""Joint lessons as home pages show them: one card a lesson, with its rooms and lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from tongke.core.profile import current
from tongke.foundation.campus.models import Room
from tongke.foundation.campus.profile import CampusProfile
from tongke.gateway.portal.homes import words
from tongke.teaching.classroom.services.sessions import opening
from tongke.teaching.timetable.models import Lesson, LessonClass
from tongke.teaching.timetable.queries.courses import form_name
from tongke.teaching.timetable.queries.lessons import lesson_rows

State = Lesson.State
_OVERTIME = timedelta(hours=1)
_TINTS = {
    State.PLANNED: "info", State.LIVE: "primary", State.HELD: "ok", State.NOT_HELD: "danger",
    State.CANCELLED: "muted",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One room of a lesson: whose it is, who stands in it, and whether its line is fast enough.

    Attributes:
        mbps: the line's upload; None when no room is named or no line is on record.
        tint: ok, warn (slow), danger (no room) or muted (nothing on record).
    """

    school: str
    school_class: str
    room: str
    person: str
    mbps: float | None
    tint: str
    words: str

    @property
    def fine(self) -> bool:
        """Whether nothing is to be seen to."""
        return self.tint == "ok"


@dataclass(frozen=True)
class LessonCard:
    """One joint lesson.

    Attributes:
        title: subject and topic (音乐《茉莉花》); `course`: grade and subject (五年级音乐);
            `topic`: grade, subject and topic.
        host, places: short names of the delivering school and of the listening ones.
            whom: who teaches from where and who stands in the room, for one class; else empty.
        opens_at: from when the live room lets people in.
    """

    pk: int
    subject: str
    title: str
    course: str
    topic: str
    form: str
    form_code: str
    day: date
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    clock: str
    when: str
    teacher: str
    host: str
    places: str
    whom: str
    rooms: tuple[Place, ...]
    state: str
    label: str
    tint: str
    reason: str
    open: bool
    href: str
    enter: str

    @property
    def troubles(self) -> tuple[Place, ...]:
        """The rooms that somebody must see to."""
        return tuple(each for each in self.rooms if each.tint in {"warn", "danger"})


def coming(rows: QuerySet[Lesson], now: datetime, within: timedelta) -> QuerySet[Lesson]:
    """Lessons that run or come next, soonest first; a running one may be past its end."""
    running = Q(state=State.LIVE, ends_at__gt=now - _OVERTIME)
    planned = Q(state=State.PLANNED, ends_at__gt=now, starts_at__lt=now + within)
    return rows.filter(running | planned).order_by("starts_at", "pk")


def cards(rows: QuerySet[Lesson], now: datetime, today: date) -> list[LessonCard]:
    """A card for each lesson, in the order given; two queries whatever their number."""
    return [card(each, now, today) for each in lesson_rows(rows)]


def card(lesson: Lesson, now: datetime, today: date, *, class_id: int | None = None) -> LessonCard:
    """One lesson, fetched by `lesson_rows`; told for one of its classes where it is given."""
    listening = [each for each in lesson.classes.all() if each.side == LessonClass.Side.LISTENING]
    host = lesson.course.host_school.short_name
    opens = opening(lesson.starts_at)
    alive = lesson.state in {State.PLANNED, State.LIVE}
    label, tint = _label(lesson, now)
    return LessonCard(
        pk=lesson.pk, subject=lesson.course.subject.name,
        title=words.titled(lesson.course.subject.name, lesson.title), course=str(lesson.course),
        topic=words.titled(str(lesson.course), lesson.title),
        form=form_name(lesson.course.form), form_code=lesson.course.form, day=lesson.day,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at, opens_at=opens, clock=words.clock(lesson.starts_at, lesson.ends_at),
        when=_when(lesson, now, today), teacher=lesson.teacher.name,
        host=host, places=_names(each.school_class.school.short_name for each in listening),
        whom=_whom(lesson, listening, class_id) if class_id else "",
        rooms=_places(lesson, listening, host), state=lesson.state, label=label, tint=tint,
        reason=lesson.reason,
        open=lesson.state == State.LIVE or (alive and opens <= now <= lesson.ends_at),
        href=reverse("timetable:lesson-detail", args=[lesson.pk]),
        enter=reverse("classroom:lesson-enter", args=[lesson.pk]),
    )  # fmt: skip


def _names(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names))


def _whom(lesson: Lesson, listening: list[LessonClass], class_id: int) -> str:
    teacher = f"{words.surname(lesson.teacher.name)}老师"
    mine = next((each for each in listening if each.school_class_id == class_id), None)
    if mine is None:
        return f"{teacher}在教室"
    there = f"{teacher}在{lesson.course.host_school.short_name}线上讲"
    if mine.assistant is None:
        return there
    return f"{there}，{words.surname(mine.assistant.name)}老师在教室"


def _label(lesson: Lesson, now: datetime) -> tuple[str, str]:
    if lesson.state == State.PLANNED and lesson.ends_at < now:
        return "待登记", "warn"
    return str(State(lesson.state).label), _TINTS[State(lesson.state)]


def _when(lesson: Lesson, now: datetime, today: date) -> str:
    if lesson.state == State.LIVE:
        return "正在上课"
    if lesson.starts_at <= now < lesson.ends_at:
        return "到点了"
    return words.until_word(lesson.starts_at, now, today)


def _places(lesson: Lesson, listening: list[LessonClass], host: str) -> tuple[Place, ...]:
    profile = current(CampusProfile)
    own = next((each for each in lesson.classes.all() if each not in listening), None)
    found = [
        _place(host, own.school_class.name if own else "", lesson.room, lesson.teacher.name,
               profile.deliver_mbps)
    ]  # fmt: skip
    for each in listening:
        person = each.assistant.name if each.assistant else ""
        klass = each.school_class
        found.append(_place(klass.school.short_name, klass.name, each.room, person,
                            profile.listen_mbps))  # fmt: skip
    return tuple(found)


def _place(school: str, klass: str, room: Room | None, person: str, least: float) -> Place:
    if room is None:
        return Place(school, klass, "", person, None, "danger", f"{school}没有指定教室")
    mbps = float(room.line_mbps)
    if not mbps:
        return Place(school, klass, room.name, person, None, "muted", f"{school}没有登记线路")
    if mbps < least:
        slow = f"{school}上行 {mbps:g} Mbit/s，低于 {least:g}"
        return Place(school, klass, room.name, person, mbps, "warn", slow)
    fine = f"{school}上行 {mbps:g} Mbit/s"
    return Place(school, klass, room.name, person, mbps, "ok", fine)
