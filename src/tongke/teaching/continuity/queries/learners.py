"""The day of a pupil who learns at home: for an emergency, on leave, or taught at home."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.teaching.assessment.models import Item
from tongke.teaching.continuity.models import HomeTeaching, Leave, StandIn, Study
from tongke.teaching.continuity.queries.away import confirmed_on, taught_at_home_on
from tongke.teaching.continuity.queries.days import ClassDay, Part, class_day


@dataclass
class Task:
    """One period of a pupil's day at home.

    Attributes:
        reason: emergency, leave or home; empty when the pupil is at school then.
        study: how far the pupil is with it; None while it was not opened.
    """

    part: Part
    reason: str
    study: Study | None

    @property
    def drill(self) -> bool:
        """Whether it is only rehearsed: nothing of it counts."""
        return self.reason == "emergency" and bool(self.part.order and self.part.order.drill)

    @property
    def done(self) -> bool:
        """Whether the pupil has finished it."""
        return self.study is not None and self.study.done_at is not None


@dataclass
class LearnerDay:
    """A pupil's day; `tasks` are the periods spent at home, in order."""

    pupil: Person
    school_class: SchoolClass | None
    day: date
    whole: ClassDay | None = None
    tasks: list[Task] = field(default_factory=list)
    leave: Leave | None = None
    home: HomeTeaching | None = None

    @property
    def done(self) -> int:
        """How many of the periods are finished."""
        return sum(each.done for each in self.tasks)

    @property
    def drill(self) -> bool:
        """Whether the whole of it is a drill."""
        return bool(self.tasks) and all(each.drill for each in self.tasks)

    def next_task(self) -> Task | None:
        """The first one that is not finished."""
        return next((each for each in self.tasks if not each.done), None)

    def task_at(self, seq: int) -> Task | None:
        """The one in a period."""
        return next((each for each in self.tasks if each.part.seq == seq), None)


def class_of(pupil: Person, day: date) -> SchoolClass | None:
    """The class a pupil is in on a day."""
    rows = Enrolment.objects.filter(now(day), pupil=pupil, standing=True)
    one = rows.select_related("school_class__school").first()
    return one.school_class if one else None


def leaves_on(pupils: Iterable[int], day: date) -> list[Leave]:
    """Confirmed leave of these pupils that touches a day."""
    return list(confirmed_on(day).filter(pupil__in=list(pupils)).select_related("pupil"))


def home_taught_on(pupils: Iterable[int], day: date) -> list[HomeTeaching]:
    """Teaching at home of these pupils that is in force on a day."""
    rows = taught_at_home_on(day).filter(pupil__in=list(pupils))
    return list(rows.select_related("pupil", "teacher"))


def learner_day(pupil: Person, day: date) -> LearnerDay:
    """What a pupil does at home on a day; no tasks when there is school."""
    school_class = class_of(pupil, day)
    found = LearnerDay(pupil, school_class, day)
    if school_class is None:
        return found
    leaves = leaves_on([pupil.pk], day)
    found.home = next(iter(home_taught_on([pupil.pk], day)), None)
    found.leave = next(iter(leaves), None)
    away = bool(leaves or found.home)
    found.whole = class_day(school_class, day, everywhere=away)
    studies = {
        (each.stand_in.seq): each
        for each in Study.objects.filter(
            pupil=pupil, stand_in__school_class=school_class, stand_in__day=day
        ).select_related("stand_in", "replied_by")
    }
    for part in found.whole.parts:
        reason = _reason(part, leaves, found.home)
        if reason:
            found.tasks.append(Task(part, reason, studies.get(part.seq)))
    return found


def _reason(part: Part, leaves: Sequence[Leave], home: HomeTeaching | None) -> str:
    """Why the pupil is at home in a period; what counts comes before a drill."""
    if part.order and not part.order.drill:
        return "emergency"
    if any(each.covers(part.day, part.seq) for each in leaves):
        return "leave"
    if home is not None:
        return "home"
    return "emergency" if part.order else ""


def practice(stand_in: StandIn) -> list[Item]:
    """The practice items of a stand-in, in order."""
    known = Item.objects.in_bulk(stand_in.items)
    return [known[pk] for pk in stand_in.items if pk in known]


@dataclass(frozen=True)
class PupilLine:
    """A pupil in the table of a class: a mark for each period at home, and why away."""

    pupil: Person
    away: str
    marks: tuple[Study | None, ...]

    @property
    def done(self) -> int:
        """How many are finished."""
        return sum(each is not None and each.done_at is not None for each in self.marks)


def pupils_of(school_class: SchoolClass, day: date) -> list[Person]:
    """The roll of a class on a day, by seat."""
    roll = Enrolment.objects.filter(now(day), school_class=school_class)
    return [each.pupil for each in roll.select_related("pupil").order_by("seat", "pupil__name")]


def table(
    school_class: SchoolClass,
    day: date,
    parts: Sequence[Part],
    studies: Iterable[Study],
    *,
    full: bool,
) -> list[PupilLine]:
    """Who of a class opened and finished what.

    Args:
        studies: those the reader may see.
        full: whether the reader may know why somebody is away, or only that.

    Returns:
        Every pupil of a class at home; of a class at school those who are away.
    """
    pupils = pupils_of(school_class, day)
    ids = [each.pk for each in pupils]
    away = {each.pupil_id: str(each.get_kind_display()) for each in leaves_on(ids, day)}
    away |= {each.pupil_id: "送教上门" for each in home_taught_on(ids, day)}
    if not full:
        away = dict.fromkeys(away, "不在校")
    marks = {(each.pupil_id, each.stand_in.seq): each for each in studies}
    return [
        PupilLine(
            each, away.get(each.pk, ""), tuple(marks.get((each.pk, part.seq)) for part in parts)
        )
        for each in pupils
        if each.pk in away or any(part.online for part in parts)
    ]


def soon(part: Part, at: datetime) -> str:
    """Where a period stands on the clock: past, now or coming."""
    if part.ends_at <= at:
        return "past"
    return "now" if part.starts_at <= at else "coming"


def was_practised(item: Item) -> bool:
    """Whether pupils at home were given an item and answered it."""
    return Study.objects.filter(answers__has_key=str(item.pk)).exists()
