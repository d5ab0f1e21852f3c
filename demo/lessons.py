"""The lessons that lie behind us, each lived through the live classroom's own services."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from demo import ability, duties, names
from demo.joint import CoursePlan
from demo.world import PAST_WEEKS, World
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.assessment.models import Item
from tongke.teaching.classroom.models import Question, Session
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.services import (
    answers,
    attendance,
    events,
    floor,
    questions,
    roll,
    sessions,
)
from tongke.teaching.timetable.models import Course, Lesson, LessonClass
from tongke.teaching.timetable.services import lessons as timetable

REASONS = (
    "教学点停电，当天无法上课，内容并入下节课。", "主讲教师参加县里培训，未能调课。",
    "听讲教室网络中断，改由本地教师组织复习。", "教学点当天组织体检，课没有上。",
    "暴雨停课半天。",
)  # fmt: skip
_SURVEY = ("能讲给同学听", "还要再练一次", "想再听一遍")
_RECENT_WEEKS = 4
_QUESTIONS = {"full": 2, "plain": 1, "brief": 0}


@dataclass
class Side:
    """One class of a lesson on its day: who acts for it and who sits there."""

    row: LessonClass
    teacher: Person
    actor: Actor
    pupils: Sequence[Person]

    @property
    def listening(self) -> bool:
        """Whether it sits in another room than the delivering teacher."""
        return self.row.side == LessonClass.Side.LISTENING


class History:
    """Tells the lessons of all courses in the order of time."""

    def __init__(self, world: World, plans: Sequence[CoursePlan], made: dict[str, Course]) -> None:
        """Find the lessons, and the pupils of every class once."""
        self.world = world
        self.plans = {made[plan.key].pk: plan for plan in plans}
        self.pupils = {
            school.classes[klass].pk: pupils
            for school in world.schools.values()
            for klass, pupils in school.pupils.items()
        }
        self.schools: dict[int, Organisation] = {
            one.pk: school.organisation
            for school in world.schools.values()
            for one in school.classes.values()
        }
        self.items = _items_by_unit()
        self.points = _points_by_unit()

    def past(self) -> list[Lesson]:
        """Every lesson before today, the earliest first."""
        rows = Lesson.objects.filter(day__lt=self.world.clock.today, course__in=list(self.plans))
        related = rows.select_related("course__host_school", "course__subject", "course__grade",
                                      "teacher", "unit")  # fmt: skip
        return list(related.prefetch_related("classes__assistant").order_by("starts_at", "pk"))

    def live(self, lesson: Lesson) -> bool:
        """Let one lesson take place, or not; returns whether it was held."""
        plan = self.plans[lesson.course_id]
        chance = names.lot("lesson", plan.key, lesson.week, lesson.slot.weekday)
        if chance.random() < self._missing_share(plan):
            self._miss(lesson, plan, chance)
            return False
        self._hold(lesson, plan, chance)
        self._correct(lesson, plan)
        return True

    @staticmethod
    def _missing_share(plan: CoursePlan) -> float:
        """How often a lesson fails; two consortia in the mountains have worse lines."""
        return {6: 0.14, 9: 0.2}.get(plan.group, 0.04)

    def _miss(self, lesson: Lesson, plan: CoursePlan, chance: random.Random) -> None:
        centre = self.world.schools[self.world.groups[plan.group].centre.key]
        moment = lesson.ends_at + timedelta(hours=chance.randint(1, 5))
        by = self.world.planning(centre, lesson.day)
        timetable.mark_not_held(lesson, reason=chance.choice(REASONS), by=by, at=moment)

    def _correct(self, lesson: Lesson, plan: CoursePlan) -> None:
        """One lesson of the county was wrongly counted as held, and taken back."""
        if plan.group == 2 and lesson.week == 8 and lesson.state == Lesson.State.HELD:
            first = min(each.week for each in lesson.course.lessons.filter(week=8))
            if first == 8 and not lesson.course.lessons.filter(revision__gt=0).exists():
                centre = self.world.schools[self.world.groups[2].centre.key]
                timetable.reverse_held(
                    lesson, reason="核对录像，当天只有中心校上课，教学点没有接通。",
                    by=self.world.planning(centre, lesson.day),
                    at=lesson.ends_at + timedelta(hours=6),
                )  # fmt: skip

    def sides(self, lesson: Lesson) -> list[Side]:
        """The classes of a lesson, the delivering one first."""
        rows = sorted(lesson.classes.all(), key=lambda row: (row.side, row.pk))
        found = []
        for row in rows:
            teacher = row.assistant or lesson.teacher
            found.append(
                Side(row, teacher, self.world.teaching(teacher, lesson.day),
                     self.pupils[row.school_class_id])
            )  # fmt: skip
        return found

    def _hold(self, lesson: Lesson, plan: CoursePlan, chance: random.Random) -> None:
        sides, bell = self.sides(lesson), lesson.starts_at
        host = sides[0].actor
        telling = self.telling(lesson, plan)
        share = duties.share_of(lesson, telling, self.world.clock.today)
        duties.before(lesson, share, sides, chance)
        session = sessions.open_room(lesson, by=host, at=bell - timedelta(minutes=8))
        here = _connect(session, sides, chance)
        sessions.start(session, by=host, at=bell + timedelta(seconds=chance.randint(5, 90)))
        for place, side in enumerate(sides if telling != "brief" else sides[1:]):
            _call_roll(session, side, bell + timedelta(minutes=2, seconds=10 * place), chance)
        if telling != "brief":
            _speak(session, sides, bell, chance)
        self._ask(session, lesson, telling, sides, chance)
        over = lesson.ends_at - timedelta(seconds=chance.randint(0, 60))
        attendance.leave(here, at=over)
        sessions.end(session, by=host, at=over)
        duties.after(lesson, share, sides, chance)

    def telling(self, lesson: Lesson, plan: CoursePlan) -> str:
        """How much of a lesson is told: of the first weeks a step less, to load in good time."""
        if lesson.week > PAST_WEEKS - _RECENT_WEEKS:
            return plan.telling
        return {"full": "plain"}.get(plan.telling, "brief")

    def _ask(
        self, session: Session, lesson: Lesson, telling: str, sides: list[Side],
        chance: random.Random,
    ) -> None:  # fmt: skip
        host = sides[0].actor
        for turn, new in enumerate(self._new_questions(lesson, telling, chance)):
            start = lesson.starts_at + timedelta(minutes=12 + 9 * turn)
            question = questions.ask(session, new.question, by=host, at=start)
            answers.store(
                [
                    given
                    for side in sides
                    for given in self._answers(question, new, lesson, side, start)
                ]
            )
            questions.close(question, by=host, at=start + timedelta(seconds=50))
            questions.reveal(question, by=host, at=start + timedelta(seconds=70))

    def _new_questions(self, lesson: Lesson, telling: str, chance: random.Random) -> "list[Asked]":
        recent = lesson.week > PAST_WEEKS - _RECENT_WEEKS and lesson.week % 2 == 0
        count = _QUESTIONS[telling] or int(recent)
        unit = lesson.unit_id or 0
        items = self.items.get(unit, [])
        if items:
            return [_from_item(item) for item in chance.sample(items, count)]
        points = self.points.get(unit, [])
        return [_survey(point) for point in chance.sample(points, min(count, len(points)))]

    def _answers(
        self, question: Question, new: "Asked", lesson: Lesson, side: Side, start: datetime
    ) -> list[answers.Given]:
        chance = names.lot("answers", lesson.day, self.plans[lesson.course_id].key, question.seq,
                           side.pupils[0].number)  # fmt: skip
        found = []
        for pupil in side.pupils:
            if chance.random() < 0.06:
                continue
            moment = start + timedelta(seconds=chance.randint(6, 45))
            found.append(
                answers.Given(
                    client_id=UUID(int=chance.getrandbits(128), version=4), lesson_id=lesson.pk,
                    question_id=question.pk, class_id=side.row.school_class_id,
                    pupil_id=pupil.pk, choice=new.choice(pupil, lesson.week, chance),
                    answered_at=moment, received_at=moment + timedelta(seconds=1),
                    entered_by=side.actor if side.listening else None,
                )
            )  # fmt: skip
        return found


@dataclass(frozen=True)
class Asked:
    """A question with what it takes to answer it; without an item it is a survey."""

    question: questions.NewQuestion
    item: Item | None = None

    def choice(self, pupil: Person, week: int, chance: random.Random) -> str:
        """The letter a pupil chooses."""
        item = self.item
        if item is None:
            return chance.choice("AAABBC")
        level = ability.chance_right(
            ability.ability(pupil.number, pupil.name),
            item.key_point.code,
            item.kind,
            item.difficulty,
            week,
        )
        given = ability.given_answer(
            item.kind, item.answer, len(item.options), knows=chance.random() < level,
            chance=chance,
        )[0]  # fmt: skip
        return {"对": "A", "错": "B"}.get(given, given)


def _from_item(item: Item) -> Asked:
    answer = {"对": "A", "错": "B"}.get(item.answer[0], item.answer[0])
    new = questions.NewQuestion(
        kind=item.kind, stem=item.stem, options=tuple(item.options), answer=answer,
        key_point=item.key_point,
    )  # fmt: skip
    return Asked(new, item)


def _survey(point: KeyPoint) -> Asked:
    stem = f"今天学的“{point.title}”，你觉得怎么样？"
    new = questions.NewQuestion(kind="single", stem=stem, options=_SURVEY, key_point=point)
    return Asked(new)


def _items_by_unit() -> dict[int, list[Item]]:
    """Items short enough for a screen, by unit."""
    found: dict[int, list[Item]] = {}
    rows = Item.objects.filter(kind__in=["single", "true_false"]).select_related("key_point")
    for item in rows.order_by("code"):
        if max((len(each) for each in item.options), default=0) <= 60:
            found.setdefault(item.key_point.unit_id, []).append(item)
    return found


def _points_by_unit() -> dict[int, list[KeyPoint]]:
    found: dict[int, list[KeyPoint]] = {}
    for point in KeyPoint.objects.order_by("unit", "seq"):
        found.setdefault(point.unit_id, []).append(point)
    return found


def seat_of(side: Side) -> Seat:
    """Where the teacher of a side sits in the lesson."""
    kind = SeatKind.ROOM if side.listening else SeatKind.HOST
    return Seat(kind, side.teacher.pk, side.teacher.name, side.row.school_class_id)


def _connect(session: Session, sides: list[Side], chance: random.Random) -> list[int]:
    start = session.lesson.starts_at
    return attendance.join(
        [
            (session.pk, seat_of(side).key, side.teacher.pk,
             start - timedelta(seconds=chance.randint(60, 420)))
            for side in sides
        ]
    )  # fmt: skip


def _call_roll(session: Session, side: Side, moment: datetime, chance: random.Random) -> None:
    away = {
        pupil.pk: chance.choice(("leave", "leave", "absent"))
        for pupil in side.pupils
        if chance.random() < 0.025
    }
    roll.call(session, side.row.school_class_id, away, by=side.actor, at=moment)


def _speak(session: Session, sides: list[Side], bell: datetime, chance: random.Random) -> None:
    """Rooms are asked to speak; a weak line falls back to sound and comes back."""
    host = sides[0].actor
    for place, side in enumerate(side for side in sides if side.listening):
        moment = bell + timedelta(minutes=8 + 4 * place)
        if chance.random() < 0.92:
            floor.invite(session, side.row.school_class_id, by=host, at=moment)
        if chance.random() < 0.12:
            for mode, minutes in (("audio", 5), ("video", 9)):
                events.note_network(session, seat_of(side), mode, by=side.actor,
                                    at=moment + timedelta(minutes=minutes))  # fmt: skip
