"""Which rooms a `.fet` file lets an activity use."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tongke.teaching.timetable.planner.formats.fet_read import Lesson, Reader, texts, whole
from tongke.teaching.timetable.planner.model import Rule, Time
from tongke.teaching.timetable.planner.rules import Unavailable

PERFECT = 100

NOWHERE = "未定教室·"
"""Key of the room of an activity whose rooms are only wished for: its own, at a price."""


class RoomChoice:
    """Rooms asked for by activity, subject, tag, teacher or class.

    Several constraints on one activity are all to be met. Homes of teachers and classes count
    only where nothing else is said.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.asked: list[tuple[str, Element, list[str], float]] = []
        self._wished: dict[str, int] = {}

    def read(self, name: str, element: Element, percent: float) -> bool:
        """Take a constraint on rooms; False when it is of another kind."""
        kinds = ("Activity", "Subject", "ActivityTag", "SubjectActivityTag")
        for kind in kinds:
            if name in (f"{kind}PreferredRoom", f"{kind}PreferredRooms"):
                self._ask(kind, element, percent)
                return True
        for kind in ("Teacher", "StudentsSet"):
            if name in (f"{kind}HomeRoom", f"{kind}HomeRooms"):
                self._ask(kind, element, percent)
                return True
        return False

    def _ask(self, kind: str, element: Element, percent: float) -> None:
        rooms = [*texts(element, "Room"), *texts(element, "Preferred_Room")]
        for room in rooms:
            if self.reader.room(room, element).virtual:
                self.reader.note("Virtual", hard=percent >= PERFECT, sentence="虚拟教室：暂不支持")
        self.asked.append((kind, element, rooms, percent))

    def of(self, lesson: Lesson) -> list[str]:
        """The rooms of an activity, best first; none when it needs none."""
        mine = [one for one in self.asked if _speaks(one[0], one[1], lesson)]
        first = [one for one in mine if one[0] not in ("Teacher", "StudentsSet")]
        mine = first or mine
        if not mine:
            return []
        hard = [set(rooms) for _, _, rooms, percent in mine if percent >= PERFECT]
        ordered = list(dict.fromkeys(room for _, _, rooms, _ in mine for room in rooms))
        kept = [room for room in ordered if all(room in rooms for rooms in hard)]
        roomy = [room for room in kept if self.reader.rooms[room].capacity >= lesson.size]
        if not hard:
            own = f"{NOWHERE}{lesson.number}"
            self._wished[own] = max(1, round(max(percent for *_, percent in mine)))
            return [*roomy, own]
        return roomy or kept

    def rules(self, grid: str, times: frozenset[Time]) -> Iterator[Rule]:
        """What it costs to have no room where one is wished for."""
        for own, weight in self._wished.items():
            ask = Unavailable(("room", own), grid, times)
            yield Rule(f"room-{own}", ask, weight, f"活动 {own[len(NOWHERE) :]} 想要的教室", "FET")


def _speaks(kind: str, element: Element, lesson: Lesson) -> bool:
    """Whether a constraint on rooms speaks of an activity."""
    if kind == "Activity":
        return whole(element, "Activity_Id", -1) == lesson.number
    if kind == "Teacher":
        return lesson.teachers == texts(element, "Teacher")
    if kind == "StudentsSet":
        return lesson.students == texts(element, "Students")
    subject, tag = texts(element, "Subject"), texts(element, "Activity_Tag")
    return (not subject or subject[0] == lesson.subject) and (not tag or tag[0] in lesson.tags)
