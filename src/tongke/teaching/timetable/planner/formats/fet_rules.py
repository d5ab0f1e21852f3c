"""The second half of a `.fet` file: what each constraint asks, in the planner's rules."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from math import isfinite, nan
from xml.etree.ElementTree import Element

from tongke.teaching.timetable.planner.formats.errors import BadFile
from tongke.teaching.timetable.planner.formats.fet_read import (
    Lesson,
    Reader,
    flag,
    text,
    whole,
)
from tongke.teaching.timetable.planner.formats.fet_rooms import PERFECT, RoomChoice
from tongke.teaching.timetable.planner.model import Activity, Grid, Period, Problem, Rule, Time
from tongke.teaching.timetable.planner.rules import Who
from tongke.teaching.timetable.slots.model import Resource

GRID = "week"

MOST_CONSTRAINTS, MOST_RULES = 50_000, 200_000
"""Of a file, and of the problem: a constraint on all teachers is a rule for each of them."""


class Constraints:
    """Turns a file into a problem."""

    def __init__(self, reader: Reader, methods: "Mapping[str, Method]") -> None:
        self.reader, self._methods = reader, methods
        self.rules: list[Rule] = []
        self.groups = _representatives(reader)
        self.rooms = RoomChoice(reader)
        self.breaks: frozenset[Time] = frozenset()
        self.away: dict[Who, set[Time]] = defaultdict(set)
        self.weight: int | None = None
        self._tag = ""

    def problem(self) -> Problem:
        """The problem; what could not be turned is in the reader's notes."""
        elements = [
            *self.reader.root.iterfind("Time_Constraints_List/*"),
            *self.reader.root.iterfind("Space_Constraints_List/*"),
        ]
        if len(elements) > MOST_CONSTRAINTS:
            raise BadFile(f".fet 文件里的约束超过 {MOST_CONSTRAINTS} 条。")
        active = [one for one in elements if flag(one, "Active", default=True)]
        # Hours somebody is away count as no gaps, so they are read first.
        active.sort(key=lambda one: "NotAvailable" not in one.tag and "Break" not in one.tag)
        for element in active:
            self._read(element)
        bells = tuple(Period(60 * at, 60 * at + 60, name) for name, at in self.reader.hours.items())
        grid = Grid(GRID, self.reader.name, (bells,) * len(self.reader.days))
        activities = tuple(self._activity(one) for one in self.reader.lessons.values())
        self.rules.extend(self.rooms.rules(GRID, self._everywhere()))
        return Problem({GRID: grid}, activities, tuple(self.rules))

    def _everywhere(self) -> frozenset[Time]:
        return frozenset(
            Time(day, hour)
            for day in range(len(self.reader.days))
            for hour in range(len(self.reader.hours))
        )

    def _activity(self, lesson: Lesson) -> Activity:
        classes = dict.fromkeys(self.groups[one] for one in sorted(lesson.subgroups))
        rooms = self.rooms.of(lesson)
        return Activity(
            key=str(lesson.number),
            name=f"{'、'.join(lesson.students)}{lesson.subject}",
            task=str(lesson.group or f"-{lesson.number}"),
            subject=lesson.subject,
            grid=GRID,
            classes=tuple(Resource("class", one, one) for one in classes),
            teachers=tuple(Resource("teacher", one, one) for one in dict.fromkeys(lesson.teachers)),
            rooms=tuple(Resource("room", one, one) for one in rooms),
            length=lesson.duration,
            size=lesson.size,
            tags=frozenset(lesson.tags),
        )

    def _read(self, element: Element) -> None:
        percent = _percent(element)
        self.weight = None if percent >= PERFECT else max(1, round(percent))
        self._tag = element.tag
        name = element.tag.removeprefix("Constraint")
        if percent <= 0 or name.startswith("BasicCompulsory"):
            return
        if self.rooms.read(name, element, percent):
            return
        method = self._methods.get(name)
        if method is None or not method(self, element):
            self.reader.note(element.tag, hard=percent >= PERFECT)

    def add(self, ask: object, sentence: str) -> bool:
        """Add a rule at the weight of the constraint that is being read."""
        if len(self.rules) >= MOST_RULES:
            raise BadFile(f".fet 文件里的规则超过 {MOST_RULES} 条。")
        key = f"{len(self.rules)}-{self._tag.removeprefix('Constraint')}"
        self.rules.append(Rule(key, ask, self.weight, sentence, "FET"))
        return True

    def everybody(self, element: Element, kind: str) -> list[Who]:
        """Whom a constraint speaks of: one teacher, a set of students, or all of a kind."""
        if kind == "teacher":
            name = element.findtext("Teacher_Name") or element.findtext("Teacher")
            if element.tag.startswith("ConstraintTeachers") or name is None:
                return [("teacher", one) for one in self.reader.teachers]
            if name.strip() not in self.reader.teachers:
                raise BadFile(f".fet 文件的 {element.tag} 提到不存在的教师「{name[:40]}」。")
            return [("teacher", name.strip())]
        if element.tag.startswith("ConstraintStudentsSet"):
            name = text(element, "Students")
            if name not in self.reader.students:
                raise BadFile(f".fet 文件的 {element.tag} 提到不存在的学生「{name[:40]}」。")
            names = self.reader.students[name]
        else:
            names = list(self.groups)
        return [("class", one) for one in dict.fromkeys(self.groups[each] for each in names)]

    def chosen(self, element: Element) -> frozenset[str]:
        """Keys of the activities that meet a constraint's conditions."""
        teacher, subject = filter_of(element, "Teacher"), filter_of(element, "Subject")
        students, tag = filter_of(element, "Students"), filter_of(element, "Activity_Tag")
        duration, part = whole(element, "Duration", 0), whole(element, "Component_Number", 0)
        groups = set(self.reader.students.get(students, [])) if students else set()
        return frozenset(
            str(one.number)
            for one in self.reader.lessons.values()
            if (not teacher or teacher in one.teachers)
            and (not subject or subject == one.subject)
            and (not tag or tag in one.tags)
            and (
                not students or students in one.students or one.subgroups & groups == one.subgroups
            )
            and (not duration or duration == one.duration)
            and (not part or part == one.part)
        )

    def listed(self, element: Element) -> list[str]:
        """Keys of the active activities a constraint lists by number."""
        numbers = [whole(one, ".", -1) for one in element.iterfind("Activity_Id")]
        return [str(one) for one in numbers if one in self.reader.lessons]

    def ignore(self, who: Who) -> frozenset[Time]:
        """Hours that count as no gap."""
        return self.breaks | frozenset(self.away.get(who, ()))

    def times(self, element: Element, one: str, day: str, hour: str) -> frozenset[Time]:
        """The times a constraint lists."""
        return frozenset(
            self.reader.time(text(each, day), text(each, hour)) for each in element.iterfind(one)
        )


def _percent(element: Element) -> float:
    found = (element.findtext("Weight_Percentage") or "100").strip()
    try:
        percent = float(found)
    except ValueError:
        percent = nan
    if not isfinite(percent):
        raise BadFile(f".fet 文件的权重「{found[:40]}」不是数字。")
    return percent


def filter_of(element: Element, what: str) -> str:
    return (element.findtext(f"{what}_Name") or element.findtext(what) or "").strip()


def _representatives(reader: Reader) -> dict[str, str]:
    """Groups that attend exactly the same activities become one."""
    attends: dict[str, list[int]] = {one: [] for all_ in reader.students.values() for one in all_}
    for lesson in reader.lessons.values():
        for one in lesson.subgroups:
            attends[one].append(lesson.number)
    first: dict[tuple[int, ...], str] = {}
    return {
        one: first.setdefault(tuple(numbers), one) if numbers else one
        for one, numbers in attends.items()
    }


Method = Callable[[Constraints, Element], bool]
"""Reads a constraint; False when it holds something that is not supported."""
