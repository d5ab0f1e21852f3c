"""Curriculum-based course timetabling of the second international competition (ITC-2007, track 3).

`load` reads an instance of the `.ectt` format as a problem whose points are the official cost of
the competition (formulation UD2); `cost` counts that cost a second time, from its own definition.
"""

from collections import defaultdict
from dataclasses import dataclass

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.formats.errors import BadFile
from tongke.teaching.timetable.planner.model import (
    Activity,
    Grid,
    Period,
    Problem,
    Rule,
    Time,
    Timetable,
)
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.slots.model import Resource

GRID = "week"
SEATS, DAYS, ALONE, ROOM = 1, 5, 2, 1
"""Points of a student without a seat, a missing day, a lonely lecture, a further room."""

LARGEST = 5000
"""No part of an instance may have more entries than this; nor may there be more lectures."""


@dataclass(frozen=True)
class _Course:
    key: str
    teacher: str
    lectures: int
    days: int
    students: int


@dataclass
class _Instance:
    name: str
    days: int
    periods: int
    courses: dict[str, _Course]
    rooms: dict[str, int]
    curricula: dict[str, list[str]]
    closed: dict[str, set[Time]]


def load(text: str) -> Problem:
    """The problem of an `.ectt` text.

    Raises:
        BadFile: it is no such text, or it contradicts itself.
    """
    return _problem(_read(text))


def _read(text: str) -> _Instance:
    head: dict[str, str] = {}
    parts: dict[str, list[list[str]]] = defaultdict(list)
    part = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if words[0] == "END.":
            break
        if words[0].endswith(":") and len(words) == 1:
            part = words[0][:-1]
        elif part:
            parts[part].append([*words, str(number)])
        elif words[0].endswith(":"):
            head[words[0][:-1]] = words[1]
    if "Name" not in head or "COURSES" not in parts:
        raise BadFile("这不是 .ectt 文件：没有名称或课程部分。")
    instance = _Instance(
        head["Name"], _whole(head, "Days", 14), _whole(head, "Periods_per_day", 48), {}, {}, {}, {}
    )
    for name, lines in parts.items():
        if len(lines) > LARGEST:
            raise BadFile(f".ectt 文件的 {name} 部分超过 {LARGEST} 行。")
    _fill(instance, parts)
    _compare(instance, head)
    return instance


def _whole(head: dict[str, str], name: str, most: int) -> int:
    value = head.get(name, "")
    if not value.isdecimal() or len(value) > 6 or not 1 <= int(value) <= most:
        raise BadFile(f".ectt 文件的 {name} 应为 1 到 {most} 的整数，现为「{value[:40]}」。")
    return int(value)


def _compare(instance: _Instance, head: dict[str, str]) -> None:
    """The head says how many there are of each."""
    counts = {
        "Courses": len(instance.courses),
        "Rooms": len(instance.rooms),
        "Curricula": len(instance.curricula),
    }
    for name, count in counts.items():
        if head.get(name) not in (None, str(count)):
            raise BadFile(f".ectt 文件写明 {name} 为 {head[name]}，实际有 {count} 个。")


def _fill(instance: _Instance, parts: dict[str, list[list[str]]]) -> None:
    for *words, number in parts["COURSES"]:
        key, teacher, *figures = _at_least(words, 5, number)
        lectures, days, students = (_figure(one, number) for one in figures[:3])
        if key in instance.courses or lectures < 1:
            raise BadFile(f".ectt 文件第 {number} 行：课程 {key} 重复，或没有课时。")
        instance.courses[key] = _Course(key, teacher, lectures, days, students)
    if sum(one.lectures for one in instance.courses.values()) > LARGEST:
        raise BadFile(f".ectt 文件里的课时超过 {LARGEST} 个。")
    for *words, number in parts["ROOMS"]:
        key, seats = _at_least(words, 2, number)[:2]
        instance.rooms[key] = _figure(seats, number)
    for *words, number in parts["CURRICULA"]:
        key, many, *courses = _at_least(words, 3, number)
        if _figure(many, number) != len(courses):
            raise BadFile(f".ectt 文件第 {number} 行：课程组 {key} 的课程数不符。")
        instance.curricula[key] = [_known(instance, course, number) for course in courses]
    for *words, number in parts["UNAVAILABILITY_CONSTRAINTS"]:
        key, day, period = _at_least(words, 3, number)[:3]
        time = Time(_figure(day, number), _figure(period, number))
        if time.day >= instance.days or time.period >= instance.periods:
            raise BadFile(f".ectt 文件第 {number} 行：时间不在课表之内。")
        instance.closed.setdefault(_known(instance, key, number), set()).add(time)


def _at_least(words: list[str], many: int, number: str) -> list[str]:
    if len(words) < many:
        raise BadFile(f".ectt 文件第 {number} 行：应有至少 {many} 项，现有 {len(words)} 项。")
    return words


def _figure(word: str, number: str) -> int:
    if not word.isdecimal() or len(word) > 6:
        raise BadFile(f".ectt 文件第 {number} 行：「{word[:40]}」不是可用的数字。")
    return int(word)


def _known(instance: _Instance, key: str, number: str) -> str:
    if key not in instance.courses:
        raise BadFile(f".ectt 文件第 {number} 行：没有课程 {key}。")
    return key


def _problem(instance: _Instance) -> Problem:
    bells = tuple(Period(60 * at, 60 * at + 60) for at in range(instance.periods))
    grid = Grid(GRID, instance.name, (bells,) * instance.days)
    groups: dict[str, list[Resource]] = defaultdict(list)
    for curriculum, courses in instance.curricula.items():
        for course in courses:
            groups[course].append(Resource("class", curriculum, curriculum))
    rooms = tuple(Resource("room", key, key) for key in instance.rooms)
    activities = tuple(
        Activity(
            key=f"{course.key}.{lecture}",
            name=course.key,
            task=course.key,
            subject=course.key,
            grid=GRID,
            classes=tuple(dict.fromkeys(groups[course.key])),
            teachers=(Resource("teacher", course.teacher, course.teacher),),
            rooms=rooms,
            size=course.students,
        )
        for course in instance.courses.values()
        for lecture in range(course.lectures)
    )
    return Problem({GRID: grid}, activities, tuple(_rules(instance)), capacity=dict(instance.rooms))


def _rules(instance: _Instance) -> list[Rule]:
    answer = [Rule("seats", rules.Seats(), SEATS, "教室坐得下", "ITC-2007")]
    for course in instance.courses.values():
        of = Of(tasks=frozenset([course.key]))
        closed = frozenset(instance.closed.get(course.key, ()))
        if closed:
            ask = rules.Never(of, GRID, closed)
            answer.append(Rule(f"closed-{course.key}", ask, None, f"{course.key}的不可排时间"))
        days = rules.MinDays(of, course.days)
        answer.append(
            Rule(f"days-{course.key}", days, DAYS, f"{course.key}至少分布{course.days}天")
        )
        same = rules.SameRoom(of)
        answer.append(Rule(f"room-{course.key}", same, ROOM, f"{course.key}固定教室"))
    for key in instance.curricula:
        compact = rules.Compact(("class", key))
        answer.append(Rule(f"compact-{key}", compact, ALONE, f"{key}的课紧凑"))
    return answer


@dataclass(frozen=True)
class Cost:
    """The official cost of a timetable, by part; `hard` counts what makes it invalid."""

    hard: int
    seats: int
    days: int
    alone: int
    rooms: int

    @property
    def total(self) -> int:
        """Points; comparable with published results when `hard` is 0."""
        return self.seats + self.days + self.alone + self.rooms


def cost(text: str, timetable: Timetable) -> Cost:
    """The official cost, counted from the file and the competition's definition alone."""
    instance = _read(text)
    lectures: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for key, place in timetable.items():
        lectures[key.rsplit(".", 1)[0]].append(
            (place.time.day, place.time.period, place.room or "")
        )
    seats = days = used = 0
    for course in instance.courses.values():
        mine = lectures[course.key]
        for _, _, room in mine:
            seats += max(0, course.students - instance.rooms.get(room, course.students))
        days += max(0, course.days - len({day for day, _, _ in mine}))
        used += max(0, len({room for _, _, room in mine}) - 1)
    alone = 0
    for courses in instance.curricula.values():
        taken = [(day, at) for course in courses for day, at, _ in lectures[course]]
        times = set(taken)
        alone += sum((d, p - 1) not in times and (d, p + 1) not in times for d, p in taken)
    return Cost(
        _invalid(instance, lectures), SEATS * seats, DAYS * days, ALONE * alone, ROOM * used
    )


def _invalid(instance: _Instance, lectures: dict[str, list[tuple[int, int, str]]]) -> int:
    """Missing lectures, clashes and closed times."""
    units = 0
    sets = [[key] for key in instance.courses]
    sets += [list(courses) for courses in instance.curricula.values()]
    teachers: dict[str, list[str]] = defaultdict(list)
    for one in instance.courses.values():
        teachers[one.teacher].append(one.key)
        mine = lectures[one.key]
        units += one.lectures - len(mine)
        closed = instance.closed.get(one.key, set())
        units += sum(Time(day, at) in closed for day, at, _ in mine)
    for courses in [*sets, *teachers.values()]:
        taken = [(day, at) for course in courses for day, at, _ in lectures[course]]
        units += len(taken) - len(set(taken))
    spots = [spot for mine in lectures.values() for spot in mine]
    return units + len(spots) - len(set(spots))
