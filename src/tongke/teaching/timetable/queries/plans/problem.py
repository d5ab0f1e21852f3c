"""From tasks, rules, bells, rooms and what stands elsewhere to the planner's problem, and back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tongke.core.errors import Refused
from tongke.foundation.campus.models import Room
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import (
    Placement,
    PlanEntry,
    SchoolPlan,
    TeachingTask,
    Term,
)
from tongke.teaching.timetable.planner import rules as ask
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, planning_day
from tongke.teaching.timetable.queries.clock import Hold, all_holds
from tongke.teaching.timetable.queries.plans.rules import Scene, Spec, planner_rules, specs_of
from tongke.teaching.timetable.queries.plans.tasks import tasks_of, title
from tongke.teaching.timetable.queries.plans.times import Week, week_of_school
from tongke.teaching.timetable.slots.model import Resource

_WEEKS = {"all": -1, "odd": 0b01, "even": 0b10}


@dataclass(frozen=True)
class Setting:
    """Everything a page or service needs of a school's plan beside the entries."""

    term: Term
    week: Week
    problem: planner.Problem
    tasks: Mapping[int, TeachingTask]
    specs: Sequence[Spec]
    rooms: Mapping[str, Room]

    def activity(self, key: str) -> planner.Activity:
        """An activity by its key.

        Raises:
            Refused: there is none: the task has changed since.
        """
        found = self._by_key.get(key)
        if found is None:
            raise Refused("这一节课所属的教学任务已经改动，请刷新后再看。")
        return found

    @cached_property
    def _by_key(self) -> dict[str, planner.Activity]:
        return {each.key: each for each in self.problem.activities}

    def timetable(self, entries: Iterable[PlanEntry]) -> dict[str, planner.Place]:
        """Where entries and joint lessons stand; what the bells do not have is not placed."""
        known = self._by_key
        found = {each.key: each.fixed for each in self.problem.activities if each.fixed}
        for entry in entries:
            if entry.weekday is None or entry.seq is None or entry.key not in known:
                continue
            time = self.week.time(entry.weekday, entry.seq)
            if time is not None:
                room = str(entry.room_id) if entry.room_id else None
                found[entry.key] = planner.Place(time, room if known[entry.key].rooms else None)
        return found


def setting_of(plan: SchoolPlan, today: date, *, extra: Sequence[str] = ()) -> Setting:
    """The setting of a version as things stand now.

    Args:
        extra: rules to relax besides those of the version.

    Raises:
        Refused: see `setting_for`.
    """
    return setting_for(plan.school, plan.term, today, relaxed=[*plan.relaxed, *extra])


def setting_for(
    school: Organisation, term: Term, today: date, *, relaxed: Sequence[str] = ()
) -> Setting:
    """Everything the planner may know of a school's term.

    Raises:
        Refused: no bells, no tasks, or tasks that can never be placed; the sentence says which.
    """
    day = planning_day(term, today)
    week = week_of_school(school, day)
    tasks = tasks_of(school, term)
    if not tasks:
        raise Refused("还没有教学任务。请先新增、导入，或从课表生成。")
    rooms = list(Room.objects.filter(school=school, retired_on=None).order_by("name"))
    parts = _Parts(week, {str(each.pk): each for each in rooms})
    activities = [*parts.fixed(term), *(one for task in tasks for one in parts.of(task))]
    _check_load(activities, week)
    specs = specs_of(school, term, week)
    rules = [
        *_parallel(tasks, relaxed),
        *planner_rules(specs, Scene(week, activities), relaxed),
    ]
    problem = planner.Problem(
        grids={week.key: week.grid}, activities=tuple(activities), rules=tuple(rules),
        busy=tuple(_busy(activities, term, day)),
        capacity={str(each.pk): each.seats for each in rooms},
    )  # fmt: skip
    return Setting(
        term, week, problem, {each.pk: each for each in tasks}, specs,
        {str(each.pk): each for each in rooms},
    )  # fmt: skip


class _Parts:
    """Makes activities of tasks and of joint lessons; every resource has one name."""

    def __init__(self, week: Week, rooms: Mapping[str, Room]) -> None:
        self._week, self._rooms = week, rooms

    def of(self, task: TeachingTask) -> Iterator[planner.Activity]:
        """The lessons of a week.

        Raises:
            Refused: no class, no period, too long for a day, or no room of its kind.
        """
        name = title(task)
        classes = list(task.classes.all())
        if not classes:
            raise Refused(f"教学任务“{name}”没有班级，请先补上。")
        if not task.periods:
            raise Refused(f"教学任务“{name}”的每周节数是 0，请先改正。")
        if task.doubles and len(self._week.seqs) < 2:
            raise Refused(f"教学任务“{name}”有连堂，但作息表每天不到 2 节。")
        rooms = self._rooms_of(task, name)
        for part, length in enumerate(task.parts):
            yield planner.Activity(
                key=f"{task.pk}.{part}", name=name, task=str(task.pk), subject=task.subject_id,
                grid=self._week.key, classes=tuple(class_resource(each) for each in classes),
                teachers=tuple(
                    Resource("teacher", str(each.pk), each.name) for each in task.teachers.all()
                ),
                rooms=rooms, length=length, weeks=_WEEKS[task.weeks],
                tags=frozenset(tag for tag in task.tags.split("、") if tag),
            )  # fmt: skip

    def _rooms_of(self, task: TeachingTask, name: str) -> tuple[Resource, ...]:
        if task.room_id:
            room = self._rooms.get(str(task.room_id))
            if room is None:
                raise Refused(f"教学任务“{name}”的教室已经停用，请先改正。")
            return (room_resource(room),)
        if not task.room_kind:
            return ()
        able = [each for each in self._rooms.values() if each.kind == task.room_kind]
        if not able:
            kind = task.get_room_kind_display()
            raise Refused(f"教学任务“{name}”要用{kind}，但学校没有登记{kind}。")
        return tuple(room_resource(each) for each in able)

    def fixed(self, term: Term) -> Iterator[planner.Activity]:
        """The joint lessons of the school's classes, where they stand."""
        rows = (
            Placement.objects.filter(term=term, school_class__school=self._week.school)
            .exclude(slot=None)
            .select_related("school_class", "subject", "teacher", "room")
            .order_by("slot", "school_class")
        )
        lessons: dict[tuple[int, int, int], list[Placement]] = {}
        for row in rows:
            lessons.setdefault((row.slot_id or 0, row.weekday, row.seq), []).append(row)
        for (slot, weekday, seq), listed in lessons.items():
            time = self._week.time(weekday, seq)
            if time is None:
                continue
            rooms = {each.room_id: each.room for each in listed if each.room}
            room = next(iter(rooms.values()), None)
            teachers = {each.teacher_id: each.teacher for each in listed if each.teacher}
            names = "、".join(each.school_class.name for each in listed)
            yield planner.Activity(
                key=f"j{slot}.{weekday}.{seq}", name=f"{names}{listed[0].subject.name}（联合课）",
                task=f"j{slot}", subject=listed[0].subject_id, grid=self._week.key,
                classes=tuple(class_resource(each.school_class) for each in listed),
                teachers=tuple(
                    Resource("teacher", str(pk), who.name) for pk, who in teachers.items()
                ),
                rooms=(room_resource(room),) if room else (),
                fixed=planner.Place(time, str(room.pk) if room else None),
                tags=frozenset({"online"}),
            )  # fmt: skip


def class_resource(school_class: SchoolClass) -> Resource:
    """A class as the planner knows it."""
    return Resource("class", str(school_class.pk), school_class.name)


def room_resource(room: Room) -> Resource:
    """A room as the planner knows it."""
    return Resource("room", str(room.pk), room.name)


def _check_load(activities: Sequence[planner.Activity], week: Week) -> None:
    """Refuse what no timetable can hold: more periods than the week has."""
    most = len(week.seqs) * len(SCHOOL_DAYS)
    load: Counter[Resource] = Counter()
    for each in activities:
        # Odd and even weeks may share a period, so that each counts half.
        share = each.length * 2 if each.weeks == -1 else each.length
        for one in (*each.classes, *each.teachers):
            load[one] += share
    for one, doubled in load.items():
        periods = -(-doubled // 2)
        if periods > most:
            raise Refused(
                f"{one.label}的教学任务共 {periods} 节，超过每周 {most} 节"
                f"（每天 {len(week.seqs)} 节），排不下。请先减少。"
            )


def _parallel(tasks: Sequence[TeachingTask], relaxed: Sequence[str]) -> Iterator[planner.Rule]:
    """Tasks of one parallel group are held at the same time, lesson by lesson."""
    groups: dict[str, list[TeachingTask]] = {}
    for task in tasks:
        if task.parallel:
            groups.setdefault(task.parallel, []).append(task)
    for name, listed in groups.items():
        for part in range(max(len(task.parts) for task in listed)):
            keys = frozenset(f"{one.pk}.{part}" for one in listed if part < len(one.parts))
            key = f"parallel:{name}.{part}"
            if len(keys) > 1:
                weight = 8 if {key, "parallel"} & set(relaxed) else None
                yield planner.Rule(
                    key, ask.Together(ask.Of(keys=keys)), weight,
                    f"并行分组“{name}”同一时间上", "学校",
                )  # fmt: skip


def _busy(activities: Sequence[planner.Activity], term: Term, day: date) -> Iterator[planner.Busy]:
    """What holds our teachers and rooms elsewhere: other schools, delivered joint lessons."""
    planned = {int(one.key) for each in activities if not each.fixed for one in each.classes}
    # What other classes have stands: of points without tasks of their own, of chosen sections.
    own = Placement.objects.filter(term=term, school_class__in=planned)
    fixed = {each.task for each in activities if each.fixed}
    people = {one.key: one for each in activities for one in each.teachers}
    rooms = {one.key: one for each in activities for one in each.rooms}
    held = all_holds(
        term, day, teachers={int(key) for key in people}, rooms={int(key) for key in rooms},
        leave_out=set(own.values_list("pk", flat=True)),
    )  # fmt: skip
    for each in held:
        if each.joint is None or f"j{each.joint}" not in fixed:
            yield _taken(each, people if each.kind == "teacher" else rooms)


def _taken(hold: Hold, known: Mapping[str, Resource]) -> planner.Busy:
    return planner.Busy(known[str(hold.key)], hold.weekday - 1, hold.start, hold.end, hold.label)
