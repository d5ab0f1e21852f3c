"""Homework of past weeks, given out, taken, handed in late or not at all, and marked by rule."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo import ability, names
from demo.lessons import History, Side
from demo.world import World, at
from tongke.foundation.people.models import Person
from tongke.teaching.assessment.models import Item
from tongke.teaching.homework.models import Homework, Response
from tongke.teaching.homework.services import assignments, marking, submissions
from tongke.teaching.timetable.models import Lesson

_ITEMS = 6
_MINUTES = 12
Answers = Mapping[int, list[str]]


@dataclass
class Given:
    """A homework with the lesson it follows and its items."""

    homework: Homework
    lesson: Lesson
    items: list[Item]
    sides: list[Side]


class Setter:
    """Gives homework after lessons of which the whole story is told."""

    def __init__(self, world: World, history: History) -> None:
        """Know the items of each unit."""
        self.world, self.history = world, history
        self.items: dict[int, list[Item]] = {}
        rows = Item.objects.select_related("key_point").order_by("key_point__seq", "code")
        for item in rows:
            self.items.setdefault(item.key_point.unit_id, []).append(item)

    def due_after(self, held: Sequence[Lesson]) -> list[Lesson]:
        """The lessons that homework follows: the last two of a course, and one a week before."""
        chosen: list[Lesson] = []
        for group, weeks in ((0, self.world.size.deep_weeks), (1, self.world.size.deep_weeks // 2)):
            mine = [
                each for each in held
                if (plan := self.history.plans[each.course_id]).group == group
                and plan.telling == "full"
            ]  # fmt: skip
            weekly = {each.week: each for each in mine[:-2]}
            chosen += [weekly[week] for week in sorted(weekly)][-weeks + 2 :] if weeks > 2 else []
            chosen += mine[-min(2, weeks) :]
        return chosen

    def tell(self, lessons: Sequence[Lesson]) -> list[Given]:
        """Give out, take and mark; the newest homework of the leading school stays open."""
        found = []
        last = max((each for each in lessons if self._leads(each)), key=lambda one: one.starts_at,
                   default=None)  # fmt: skip
        for lesson in lessons:
            given = self._give(lesson, still_open=lesson is last)
            self._take(given, still_open=lesson is last)
            if lesson is not last:
                self._end(given)
            found.append(given)
        return found

    def _leads(self, lesson: Lesson) -> bool:
        return self.history.plans[lesson.course_id].group == 0

    def _give(self, lesson: Lesson, *, still_open: bool) -> Given:
        sides = self.history.sides(lesson)
        chance = names.lot("homework", lesson.day, self.history.plans[lesson.course_id].key)
        pool = self.items[lesson.unit_id or 0]
        items = sorted(chance.sample(pool, min(_ITEMS, len(pool))), key=lambda each: each.code)
        due = self.world.clock.today + timedelta(days=1) if still_open else _next_school_day(lesson)
        plan = assignments.Plan(
            title=f"{lesson.title}练习", minutes=_MINUTES, due_at=at(due, "20:00"), items=items
        )
        by, moment = sides[0].actor, lesson.ends_at + timedelta(minutes=50)
        homework = assignments.draft(lesson, plan, by=by, at=moment)
        assignments.give_out(homework, by=by, at=moment + timedelta(minutes=4))
        return Given(homework, lesson, items, sides)

    def _take(self, given: Given, *, still_open: bool) -> None:
        for side in given.sides:
            for pupil in side.pupils:
                chance = names.lot("take", pupil.number, given.lesson.day)
                moment = self._moment(given, chance, still_open=still_open)
                skips = still_open and pupil.pk == self.world.cast["xiaohe"].pk
                if moment is None or skips:
                    continue
                _hand_in(given, pupil, moment, chance)

    def _moment(self, given: Given, chance: random.Random, *, still_open: bool) -> datetime | None:
        """When a pupil sits down to it; None when never."""
        drawn = chance.random()
        if still_open:
            first = self.world.clock.last_evening - timedelta(minutes=chance.randint(5, 200))
            start = max(first, given.lesson.ends_at + timedelta(hours=2))
            return start if drawn < 0.35 else None
        if drawn < 0.05:
            return None
        if drawn < 0.1:  # late, within the two days that the region still takes it
            moment = given.homework.due_at + timedelta(minutes=chance.randint(20, 300))
        else:
            moment = given.homework.due_at - timedelta(minutes=chance.randint(25, 190))
        return moment if moment < self.world.clock.last_evening else None

    def _end(self, given: Given) -> None:
        """Close it when nothing is taken any more; set one mark right where a rule was harsh."""
        host = given.sides[0].actor
        over = submissions.last_moment(given.homework) + timedelta(minutes=30)
        if over < self.world.clock.last_evening:
            assignments.close(given.homework, by=host, at=over)
        harsh = Response.objects.filter(
            submission__homework=given.homework, homework_item__item__kind="multiple",
            points__gt=0, correct=False,
        ).select_related("homework_item", "submission__homework", "submission__pupil")  # fmt: skip
        response = harsh.order_by("pk").first()
        if response is not None and given.lesson.week % 2 == 0:
            marking.overrule(
                response, response.homework_item.points,
                "当堂口头补答完整，理由也说得清楚，按满分计。", by=host,
                at=min(given.homework.due_at + timedelta(hours=14), self.world.clock.last_evening),
            )  # fmt: skip


def _next_school_day(lesson: Lesson) -> date:
    after = lesson.day + timedelta(days=1)
    while after.isoweekday() > 5:
        after += timedelta(days=1)
    return after


def _hand_in(given: Given, pupil: Person, moment: datetime, chance: random.Random) -> None:
    submission = submissions.begin(given.homework, pupil, at=moment)
    answers = {
        seq: _answer(item, pupil, given.lesson.week, chance)
        for seq, item in enumerate(given.items, 1)
    }
    if chance.random() < 0.02:
        # Begun and saved, never handed in: that happens, too.
        submissions.save_answers(submission, {1: answers[1]}, at=moment + timedelta(minutes=2))
        return
    submissions.hand_in(submission, answers, at=moment + timedelta(minutes=chance.randint(5, 18)))


def _answer(item: Item, pupil: Person, week: int, chance: random.Random) -> list[str]:
    level = ability.chance_right(
        ability.ability(pupil.number, pupil.name),
        item.key_point.code,
        item.kind,
        item.difficulty,
        week,
    )
    return ability.given_answer(
        item.kind, item.answer, len(item.options), knows=chance.random() < level, chance=chance
    )
