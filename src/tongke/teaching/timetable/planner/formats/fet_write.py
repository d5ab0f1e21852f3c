"""A problem, and a timetable for it, as a `.fet` file others can open."""

from xml.etree.ElementTree import Element, SubElement, tostring

from tongke.teaching.timetable.planner.model import Activity, Problem, Time, Timetable
from tongke.teaching.timetable.planner.rules import DaysApart, Unavailable
from tongke.teaching.timetable.planner.selecting import Selection

DAYS = "一二三四五六日"


def dump(problem: Problem, timetable: Timetable | None = None) -> bytes:
    """A minimal file of one school: its people, rooms, activities, absences and spread.

    Args:
        problem: with one grid.
        timetable: written as locked times and rooms.

    Raises:
        ValueError: the problem has several grids, which the format does not know.
    """
    if len(problem.grids) != 1:
        raise ValueError(".fet 文件只能写一所学校的作息。")
    root = Element("fet", version="6.8.5")
    grid = next(iter(problem.grids.values()))
    _line(root, "Mode", "Official")
    _line(root, "Institution_Name", grid.name)
    _line(root, "Comments", "")
    days = [f"周{DAYS[at]}" if at < len(DAYS) else f"第{at + 1}天" for at in range(len(grid.days))]
    hours = [f"第{at + 1}节" for at in range(max(map(len, grid.days), default=0))]
    _names(root, "Days", "Day", days)
    _names(root, "Hours", "Hour", hours)
    _people(root, problem.activities)
    _activities(root, problem.activities)
    _line(root, "Buildings_List", "")
    rooms = dict.fromkeys(room.key for one in problem.activities for room in one.rooms)
    places = (*(timetable or {}).values(), *(one.fixed for one in problem.activities))
    rooms |= dict.fromkeys(place.room for place in places if place and place.room is not None)
    listed = SubElement(root, "Rooms_List")
    for key in rooms:
        room = SubElement(listed, "Room")
        _line(room, "Name", key)
        _line(room, "Building", "")
        _line(room, "Capacity", str(problem.capacity.get(key, 30000)))
    _Constraints(root, problem, days, hours).write(timetable or {})
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _line(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _names(root: Element, many: str, one: str, names: list[str]) -> None:
    part = SubElement(root, f"{many}_List")
    _line(part, f"Number_of_{many}", str(len(names)))
    for name in names:
        _line(SubElement(part, one), "Name", name)


def _people(root: Element, activities: tuple[Activity, ...]) -> None:
    subjects = dict.fromkeys(one.subject for one in activities)
    teachers = dict.fromkeys(each.key for one in activities for each in one.teachers)
    classes = dict.fromkeys(each.key for one in activities for each in one.classes)
    tags = dict.fromkeys(tag for one in activities for tag in sorted(one.tags))
    for part, one, names in (
        ("Subjects_List", "Subject", subjects),
        ("Activity_Tags_List", "Activity_Tag", tags),
        ("Teachers_List", "Teacher", teachers),
        ("Students_List", "Year", classes),
    ):
        listed = SubElement(root, part)
        for name in names:
            each = SubElement(listed, one)
            _line(each, "Name", name)
            if one == "Year":
                _line(each, "Number_of_Students", "0")


def _activities(root: Element, activities: tuple[Activity, ...]) -> None:
    listed = SubElement(root, "Activities_List")
    for number, one in enumerate(activities, 1):
        each = SubElement(listed, "Activity")
        for teacher in one.teachers:
            _line(each, "Teacher", teacher.key)
        _line(each, "Subject", one.subject)
        for tag in sorted(one.tags):
            _line(each, "Activity_Tag", tag)
        for group in one.classes:
            _line(each, "Students", group.key)
        _line(each, "Duration", str(one.length))
        _line(each, "Total_Duration", str(one.length))
        _line(each, "Id", str(number))
        _line(each, "Activity_Group_Id", "0")
        _line(each, "Number_Of_Students", str(one.size))
        _line(each, "Active", "true")
        _line(each, "Comments", one.key)


class _Constraints:
    """Writes the two lists of constraints."""

    def __init__(self, root: Element, problem: Problem, days: list[str], hours: list[str]) -> None:
        self.problem, self.days, self.hours = problem, days, hours
        self.time = SubElement(root, "Time_Constraints_List")
        self.space = SubElement(root, "Space_Constraints_List")

    def write(self, timetable: Timetable) -> None:
        """All constraints: what is always true, hours, spread, rooms, and the timetable."""
        self._one(self.time, "ConstraintBasicCompulsoryTime")
        self._one(self.space, "ConstraintBasicCompulsorySpace")
        selection = Selection(self.problem.activities)
        grid = next(iter(self.problem.grids))
        for rule in self.problem.rules:
            if rule.weight is not None:
                continue
            if isinstance(rule.ask, Unavailable):
                # Of somebody without a lesson the file knows nothing, and nothing needs saying.
                if rule.ask.grid == grid and selection.whose(rule.ask.who):
                    self._away(rule.ask)
            elif isinstance(rule.ask, DaysApart) and not rule.ask.glued:
                self._apart(selection.chosen(rule.ask.of), rule.ask.least)
        for number, activity in enumerate(self.problem.activities, 1):
            place = timetable.get(activity.key) or activity.fixed
            if place is None or place.room is None:
                self._rooms(number, activity)
            if place is not None:
                self._locked(number, place.time, place.room)

    def _one(self, part: Element, tag: str) -> Element:
        element = SubElement(part, tag)
        _line(element, "Weight_Percentage", "100")
        _line(element, "Active", "true")
        return element

    def _away(self, ask: Unavailable) -> None:
        kind, key = ask.who
        tags = {
            "teacher": ("ConstraintTeacherNotAvailableTimes", "Teacher"),
            "class": ("ConstraintStudentsSetNotAvailableTimes", "Students"),
            "room": ("ConstraintRoomNotAvailableTimes", "Room"),
        }
        tag, name = tags[kind]
        element = self._one(self.space if kind == "room" else self.time, tag)
        _line(element, name, key)
        times = sorted(time for time in ask.times if self._inside(time))
        _line(element, "Number_of_Not_Available_Times", str(len(times)))
        for time in times:
            each = SubElement(element, "Not_Available_Time")
            _line(each, "Day", self.days[time.day])
            _line(each, "Hour", self.hours[time.period])

    def _inside(self, time: Time) -> bool:
        return 0 <= time.day < len(self.days) and 0 <= time.period < len(self.hours)

    def _apart(self, chosen: list[int], least: int) -> None:
        element = self._one(self.time, "ConstraintMinDaysBetweenActivities")
        _line(element, "Consecutive_If_Same_Day", "false")
        _line(element, "Number_of_Activities", str(len(chosen)))
        for a in chosen:
            _line(element, "Activity_Id", str(a + 1))
        _line(element, "MinDays", str(least))

    def _rooms(self, number: int, activity: Activity) -> None:
        if activity.rooms:
            element = self._one(self.space, "ConstraintActivityPreferredRooms")
            _line(element, "Activity_Id", str(number))
            _line(element, "Number_of_Preferred_Rooms", str(len(activity.rooms)))
            for room in activity.rooms:
                _line(element, "Preferred_Room", room.key)

    def _locked(self, number: int, time: Time, room: str | None) -> None:
        element = self._one(self.time, "ConstraintActivityPreferredStartingTime")
        _line(element, "Activity_Id", str(number))
        _line(element, "Preferred_Day", self.days[time.day])
        _line(element, "Preferred_Hour", self.hours[time.period])
        _line(element, "Permanently_Locked", "true")
        if room is not None:
            element = self._one(self.space, "ConstraintActivityPreferredRoom")
            _line(element, "Activity_Id", str(number))
            _line(element, "Room", room)
            _line(element, "Permanently_Locked", "true")
