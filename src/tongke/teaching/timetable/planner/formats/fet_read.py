"""The first half of a `.fet` file: days, hours, students, teachers, rooms and activities."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tongke.teaching.timetable.planner.formats.errors import BadFile
from tongke.teaching.timetable.planner.model import Time

MOST_BYTES = 40_000_000
MOST_DAYS, MOST_HOURS, MOST_ACTIVITIES = 60, 60, 20_000


@dataclass(frozen=True)
class Note:
    """A part of a file the planner does not follow.

    Args:
        what: its name in the file: "ConstraintTeacherMinRestingHours".
        count: how often it occurs.
        hard: whether one of them is asked for at 100 %.
        sentence: in Chinese.
    """

    what: str
    count: int
    hard: bool
    sentence: str


@dataclass
class Lesson:
    """An activity of the file."""

    number: int
    group: int
    teachers: list[str]
    subject: str
    tags: list[str]
    students: list[str]
    duration: int
    size: int
    subgroups: frozenset[str] = frozenset()
    part: int = 1


@dataclass
class Room:
    """A room of the file; `virtual` ones stand for sets of others."""

    name: str
    capacity: int
    virtual: bool


@dataclass
class Reader:
    """A file read into plain lists; names are checked as they are used."""

    data: bytes
    notes: dict[str, Note] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = _parse(self.data)
        self.name = (self.root.findtext("Institution_Name") or "").strip() or "学校"
        self.days = self._names("Days_List", "Day", MOST_DAYS, "日")
        self.hours = self._names("Hours_List", "Hour", MOST_HOURS, "节")
        mode = (self.root.findtext("Mode") or "Official").strip()
        if mode == "Mornings_Afternoons":
            self.note("Mode Mornings_Afternoons", hard=True)
        self.teachers = dict.fromkeys(self._listed("Teachers_List", "Teacher"))
        self.students: dict[str, list[str]] = {}
        self._sizes: dict[str, int] = {}
        self._read_students()
        self.rooms = {room.name: room for room in self._read_rooms()}
        self.lessons: dict[int, Lesson] = {}
        self._read_activities()

    def note(self, what: str, *, hard: bool, sentence: str = "") -> None:
        """Remember something that is not supported."""
        old = self.notes.get(what, Note(what, 0, hard=False, sentence=""))
        words = sentence or f"{what.removeprefix('Constraint')}：暂不支持"
        self.notes[what] = replace(old, count=old.count + 1, hard=old.hard or hard, sentence=words)

    def time(self, day: str, hour: str) -> Time:
        """The time of a day and an hour by their names."""
        if day not in self.days or hour not in self.hours:
            raise BadFile(f".fet 文件提到不存在的时间「{day[:40]} {hour[:40]}」。")
        return Time(self.days[day], self.hours[hour])

    def room(self, name: str, element: Element) -> Room:
        """The room a constraint names."""
        if name not in self.rooms:
            raise BadFile(f".fet 文件的 {element.tag} 提到不存在的教室「{name[:40]}」。")
        return self.rooms[name]

    def _names(self, part: str, one: str, most: int, word: str) -> dict[str, int]:
        names = list(self._listed(part, one)) or [
            (each.text or "").strip() for each in self.root.iterfind(f"{part}/Name")
        ]
        if not 1 <= len(names) <= most:
            raise BadFile(f".fet 文件应有 1 到 {most} 个{word}，现有 {len(names)} 个。")
        if len(set(names)) < len(names):
            raise BadFile(f".fet 文件里{word}的名称重复。")
        return {name: at for at, name in enumerate(names)}

    def _listed(self, part: str, one: str) -> Iterator[str]:
        for each in self.root.iterfind(f"{part}/{one}"):
            name = each.findtext("Name")
            yield (name if name is not None else each.text or "").strip()

    def _read_students(self) -> None:
        """Every set of students as the indivisible groups it holds."""
        for year in self.root.iterfind("Students_List/Year"):
            inside: list[str] = []
            for group in year.iterfind("Group"):
                parts = [self._set(one) for one in group.iterfind("Subgroup")]
                name = self._set(group)
                for part in parts:
                    self.students.setdefault(part, [part])
                known = self.students.setdefault(name, parts or [name])
                inside.extend(known)
            self.students[self._set(year)] = list(dict.fromkeys(inside)) or [self._set(year)]

    def _set(self, element: Element) -> str:
        name = text(element, "Name")
        self._sizes[name] = whole(element, "Number_of_Students", 0)
        return name

    def _read_rooms(self) -> Iterator[Room]:
        for each in self.root.iterfind("Rooms_List/Room"):
            virtual = flag(each, "Virtual")
            yield Room(text(each, "Name"), whole(each, "Capacity", 30000), virtual)

    def _read_activities(self) -> None:
        parts: dict[int, int] = defaultdict(int)
        for each in self.root.iterfind("Activities_List/Activity"):
            lesson = self._lesson(each)
            if lesson.group:
                parts[lesson.group] += 1
                lesson.part = parts[lesson.group]
            if lesson.number in self.lessons:
                raise BadFile(f".fet 文件里活动编号 {lesson.number} 重复。")
            if flag(each, "Active", default=True):
                self.lessons[lesson.number] = lesson
        if len(self.lessons) > MOST_ACTIVITIES:
            raise BadFile(f".fet 文件里的活动超过 {MOST_ACTIVITIES} 个。")

    def _lesson(self, each: Element) -> Lesson:
        students = [name for name in texts(each, "Students") if name]
        teachers = [name for name in texts(each, "Teacher") if name]
        for name in students:
            if name not in self.students:
                raise BadFile(f".fet 文件的活动提到不存在的学生「{name[:40]}」。")
        for name in teachers:
            if name not in self.teachers:
                raise BadFile(f".fet 文件的活动提到不存在的教师「{name[:40]}」。")
        size = whole(each, "Number_Of_Students", -1)
        duration = whole(each, "Duration", 1)
        if not 1 <= duration <= len(self.hours):
            raise BadFile(f".fet 文件里有活动要连排 {duration} 节，每天只有 {len(self.hours)} 节。")
        return Lesson(
            number=whole(each, "Id", -1),
            group=whole(each, "Activity_Group_Id", 0),
            teachers=teachers,
            subject=(each.findtext("Subject") or "").strip(),
            tags=[tag for tag in texts(each, "Activity_Tag") if tag],
            students=students,
            duration=duration,
            size=size if size >= 0 else sum(self._sizes.get(name, 0) for name in students),
            subgroups=frozenset(one for name in students for one in self.students[name]),
        )


def _parse(data: bytes) -> Element:
    if len(data) > MOST_BYTES:
        raise BadFile(f".fet 文件超过 {MOST_BYTES // 1_000_000} MB。")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise BadFile("这不是完整的 .fet 文件：XML 读不出来。") from error
    if root.tag.lower() != "fet":
        raise BadFile(f"这不是 .fet 文件：最外层是「{root.tag[:40]}」。")
    return root


def text(element: Element, tag: str) -> str:
    """The text of a part that must be there."""
    found = element.findtext(tag)
    if found is None:
        raise BadFile(f".fet 文件的 {element.tag} 里缺少 {tag}。")
    return found.strip()


def texts(element: Element, tag: str) -> list[str]:
    """The texts of all parts of a name."""
    return [(one.text or "").strip() for one in element.iterfind(tag)]


def whole(element: Element, tag: str, default: int) -> int:
    """A whole number; the default where it is missing or empty."""
    found = (element.findtext(tag) or "").strip()
    if not found:
        return default
    try:
        value = int(found)
    except ValueError as error:
        raise BadFile(f".fet 文件的 {tag} 应为整数，现为「{found[:40]}」。") from error
    if abs(value) > 10**8:
        raise BadFile(f".fet 文件的 {tag} 太大：{found[:40]}。")
    return value


def flag(element: Element, tag: str, *, default: bool = False) -> bool:
    """A yes or no."""
    found = (element.findtext(tag) or "").strip().lower()
    return default if not found else found in ("true", "yes", "1")
