"""Which activities a rule speaks of, found by index instead of by going through all."""

from collections import defaultdict
from collections.abc import Sequence

from tongke.teaching.timetable.planner.model import Activity
from tongke.teaching.timetable.planner.rules import Of, Who


class Selection:
    """Positions of activities by who attends, and by what rules may ask for."""

    def __init__(self, activities: Sequence[Activity]) -> None:
        self.size = len(activities)
        self._activities = activities
        self.by_who: dict[Who, set[int]] = defaultdict(set)
        self.by_room: dict[Who, set[int]] = defaultdict(set)
        self._keys: dict[str, set[int]] = defaultdict(set)
        self._tasks: dict[str, set[int]] = defaultdict(set)
        self._subjects: dict[str, set[int]] = defaultdict(set)
        self._tags: dict[str, set[int]] = defaultdict(set)
        for at, activity in enumerate(activities):
            for resource in (*activity.classes, *activity.teachers):
                self.by_who[resource.kind, resource.key].add(at)
            for room in activity.rooms:
                self.by_room[room.kind, room.key].add(at)
            self._keys[activity.key].add(at)
            self._tasks[activity.task].add(at)
            self._subjects[activity.subject].add(at)
            for tag in activity.tags:
                self._tags[tag].add(at)

    def whose(self, who: Who) -> set[int]:
        """Activities somebody takes part in, or for which a room would do."""
        return self.by_room.get(who, set()) if who[0] == "room" else self.by_who.get(who, set())

    def classes_of(self, at: int) -> list[Who]:
        """The classes that attend an activity."""
        return [(one.kind, one.key) for one in self._activities[at].classes]

    def chosen(self, of: Of, within: set[int] | None = None) -> list[int]:
        """Activities that meet all conditions of `of`, in the problem's order."""
        parts = [] if within is None else [within]
        for index, asked in (
            (self._keys, of.keys),
            (self._tasks, of.tasks),
            (self._subjects, of.subjects),
            (self._tags, of.tags),
        ):
            if asked:
                found: set[int] = set()
                found.update(*(index.get(one, ()) for one in asked))
                parts.append(found)
        if of.who is not None:
            parts.append(self.whose(of.who))
        if not parts:
            return list(range(self.size))
        parts.sort(key=len)
        return sorted(parts[0].intersection(*parts[1:]))
