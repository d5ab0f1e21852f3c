"""Makers for tests of whole-school plans: a small school with tasks, ready to be planned."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import make_actor, make_class
from tongke.teaching.timetable.models import PlanEntry, SchoolPlan, TeachingTask
from tongke.teaching.timetable.services.plans import tasks, versions
from tongke.teaching.timetable.services.plans.tasks import TaskData
from tongke.teaching.timetable.tests.make import BEFORE, CHINESE, MATHS, Scene, subject

SPORT, ART = "SB0702", "SB0603"


@dataclass(frozen=True)
class Small:
    """Two classes of the centre school with a few tasks, and the people who teach them."""

    scene: Scene
    school: Organisation
    by: Actor
    classes: tuple[SchoolClass, ...]
    teachers: dict[str, Person]

    @property
    def tasks(self) -> list[TeachingTask]:
        """All tasks, in order."""
        return list(TeachingTask.objects.filter(school=self.school).order_by("pk"))

    def add(self, code: str, who: str, *classes: SchoolClass, **more: object) -> TeachingTask:
        """Add a task."""
        data = TaskData(
            subject=subject(code), classes=classes or self.classes[:1],
            teachers=[self.teachers[name] for name in who.split("、") if name],
            **{"periods": 1, **more},
        )  # fmt: skip
        return tasks.add_task(self.school, self.scene.term, data, by=self.by, at=BEFORE)

    def begin(self, name: str = "初稿") -> SchoolPlan:
        """An empty version."""
        return versions.begin_plan(self.school, self.scene.term, name=name, by=self.by, at=BEFORE)


def make_small(scene: Scene) -> Small:
    """Chinese and maths five and four times a week, sport and art twice, for two classes."""
    cast = scene.cast
    second = make_class(cast.centre, number=2)
    names = ("语一", "语二", "数老师", "体老师", "美老师")
    people = {name: make_actor(Role.TEACHER, cast.centre, name=name).person for name in names}
    small = Small(scene, cast.centre, cast.timetabler, (cast.centre_class, second), people)
    for own, school_class in zip(("语一", "语二"), small.classes, strict=True):
        small.add(CHINESE, own, school_class, periods=5)
        small.add(MATHS, "数老师", school_class, periods=4)
        small.add(SPORT, "体老师", school_class, periods=2)
        small.add(ART, "美老师", school_class, periods=2, doubles=1)
    return small


def entry(plan: SchoolPlan, task: TeachingTask, part: int = 0) -> PlanEntry:
    """One lesson of a version."""
    return plan.entries.get(task=task, part=part)


def by_hand(
    small: Small,
    name: str = "手排",
    *,
    places: Mapping[TeachingTask, tuple[int, int]] | None = None,
) -> SchoolPlan:
    """A complete version without a search: class by class, days in turn.

    Args:
        places: where lessons of further tasks stand.
    """
    plan, told = small.begin(name), places or {}
    free = {0: iter(_cells(0)), 1: iter(_cells(1))}
    for row in plan.entries.order_by("-task__doubles", "task", "part"):
        if row.task in told:
            row.weekday, row.seq = told[row.task]
            row.room = row.task.room
        else:
            which = 0 if row.task.classes.get() == small.classes[0] else 1
            row.weekday, row.seq = next(free[which])
        row.save()
    plan.refresh_from_db()
    return plan


def _cells(which: int) -> list[tuple[int, int]]:
    """The double in periods 1 and 2 of Monday or Tuesday; then one period of each day."""
    singles = [(day, seq) for seq in (3, 4, 5) for day in range(1, 6)]
    if which:
        singles = [(day, seq + 3 if seq < 5 else 2) for day, seq in singles]
        singles = [(day, seq) for day, seq in singles if (day, seq) != (2, 2)]
    return [(1 + which, 1), *singles]
