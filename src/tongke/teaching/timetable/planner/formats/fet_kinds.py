"""Each kind of `.fet` constraint as rules of the planner."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.formats.errors import BadFile
from tongke.teaching.timetable.planner.formats.fet_read import flag, text, whole
from tongke.teaching.timetable.planner.formats.fet_rules import GRID, Constraints, Method, filter_of
from tongke.teaching.timetable.planner.model import Time
from tongke.teaching.timetable.planner.rules import Of, Who


def _each(kind: str, ask: Callable[[Constraints, Element, Who], object], words: str) -> Method:
    """A constraint on everybody of a kind: one rule for each."""

    def method(self: Constraints, element: Element) -> bool:
        for who in self.everybody(element, kind):
            self.add(ask(self, element, who), f"{who[1]}：{words}")
        return True

    return method


def _set(ask: Callable[[Of, Element], object], words: str) -> Method:
    """A constraint on activities listed by number."""

    def method(self: Constraints, element: Element) -> bool:
        keys = self.listed(element)
        if len(keys) > 1:
            self.add(ask(Of(keys=frozenset(keys)), element), f"活动 {'、'.join(keys[:4])}：{words}")
        return True

    return method


def _breaks(self: Constraints, element: Element) -> bool:
    self.breaks = self.times(element, "Break_Time", "Day", "Hour")
    return self.add(rules.Never(Of(), GRID, self.breaks), "课间不排课")


def _away(kind: str) -> Method:
    def method(self: Constraints, element: Element) -> bool:
        times = self.times(element, "Not_Available_Time", "Day", "Hour")
        for who in self.everybody(element, kind):
            self.away[who] |= times
            self.add(rules.Unavailable(who, GRID, times), f"{who[1]}有的时间不在")
        return True

    return method


def _room_away(self: Constraints, element: Element) -> bool:
    times = self.times(element, "Not_Available_Time", "Day", "Hour")
    name = text(element, "Room")
    self.reader.room(name, element)
    return self.add(rules.Unavailable(("room", name), GRID, times), f"教室{name}有的时间不能用")


def _starting_time(self: Constraints, element: Element) -> bool:
    keys = self.listed(element)
    time = self.reader.time(text(element, "Preferred_Day"), text(element, "Preferred_Hour"))
    ask = rules.Only(Of(keys=frozenset(keys)), GRID, frozenset([time]))
    return self.add(ask, f"活动 {keys[0]} 的时间已定") if keys else True


def _starting_times(part: str, *, periods: bool) -> Method:
    """Activities that may only start (or only be) at some times."""
    prefix = "Preferred" if periods else "Preferred_Starting"
    one = "Preferred_Time_Slot" if periods else "Preferred_Starting_Time"

    def method(self: Constraints, element: Element) -> bool:
        times = self.times(element, one, f"{prefix}_Day", f"{prefix}_Hour")
        keys = frozenset(self.listed(element)) if part == "one" else self.chosen(element)
        if keys:
            self.add(rules.Only(Of(keys=keys), GRID, times, periods), "只在指定的时间排")
        return True

    return method


def _days_apart(self: Constraints, element: Element) -> bool:
    keys, least = self.listed(element), whole(element, "MinDays", 1)
    if len(keys) < 2:
        return True
    of = Of(keys=frozenset(keys))
    glued = flag(element, "Consecutive_If_Same_Day")
    self.add(rules.DaysApart(of, least), f"活动 {'、'.join(keys[:4])}：至少隔 {least} 天")
    if glued and self.weight is not None:
        self.weight = None
        self.add(rules.DaysApart(of, 1, glued=True), f"活动 {'、'.join(keys[:4])}：同一天时要连上")
    return True


def _span(kind: str) -> Method:
    each = _each(
        kind, lambda _, e, who: rules.MaxSpan(who, whole(e, "Max_Span", 0)), "一天首尾的跨度"
    )

    def method(self: Constraints, element: Element) -> bool:
        return not flag(element, "Allow_One_Day_Exception_of_Plus_One") and each(self, element)

    return method


def _min_hours(kind: str) -> Method:
    def method(self: Constraints, element: Element) -> bool:
        least = whole(element, "Minimum_Hours_Daily", 0)
        for who in self.everybody(element, kind):
            self.add(rules.MinPerDay(who, least), f"{who[1]}：每天至少 {least} 节")
            if not flag(element, "Allow_Empty_Days", default=kind == "teacher"):
                days = len(self.reader.days)
                self.add(rules.MinDays(Of(who=who), days), f"{who[1]}：每天都有课")
        return True

    return method


def _interval(kind: str) -> Method:
    def method(self: Constraints, element: Element) -> bool:
        hours = self.reader.hours
        first = text(element, "Interval_Start_Hour")
        last = (element.findtext("Interval_End_Hour") or "").strip()  # empty: the end of the day
        for name in filter(None, (first, last)):
            if name not in hours:
                raise BadFile(f".fet 文件的 {element.tag} 提到不存在的节次「{name[:40]}」。")
        begin, end = hours.get(first, 0), hours.get(last, len(hours))
        within = frozenset(
            Time(day, hour) for day in range(len(self.reader.days)) for hour in range(begin, end)
        )
        most = whole(element, "Max_Days_Per_Week", 0)
        for who in self.everybody(element, kind):
            self.add(rules.MaxDays(who, most, within), f"{who[1]}：这段时间最多 {most} 天")
        return True

    return method


def _tagged(kind: str, ask: type[rules.MaxPerDay | rules.MaxRun], field: str, words: str) -> Method:
    def method(self: Constraints, element: Element) -> bool:
        tag, most = filter_of(element, "Activity_Tag"), whole(element, field, 0)
        for who in self.everybody(element, kind):
            self.add(ask(who, most, Of(tags=frozenset([tag]))), f"{who[1]}{tag}：{words} {most} 节")
        return True

    return method


def _ends(self: Constraints, element: Element) -> bool:
    listed = element.find("Activity_Id") is not None
    keys = frozenset(self.listed(element)) if listed else self.chosen(element)
    return self.add(rules.EndsDay(Of(keys=keys)), "排在学生一天的最后") if keys else True


def _two(ask: Callable[[str, str], object], words: str) -> Method:
    def method(self: Constraints, element: Element) -> bool:
        one = whole(element, "First_Activity_Id", -1)
        other = whole(element, "Second_Activity_Id", -1)
        if one in self.reader.lessons and other in self.reader.lessons:
            self.add(ask(str(one), str(other)), f"活动 {one}、{other}：{words}")
        return True

    return method


def _kinds(kind: str) -> dict[str, Method]:
    """Constraints that exist for teachers and for students, for one and for all."""
    hours = "Maximum_Hours_Daily"
    run = "Maximum_Hours_Continuously"

    def gaps(per: str) -> Method:
        def ask(self: Constraints, element: Element, who: Who) -> object:
            most = whole(element, "Max_Gaps", 0)
            return rules.MaxGaps(who, most, "day" if per == "day" else "week", self.ignore(who))

        return _each(kind, ask, "空课不超过规定")

    def early(self: Constraints, element: Element, who: Who) -> object:
        most = whole(element, "Max_Beginnings_At_Second_Hour", 0)
        return rules.StartsEarly(who, most, self.ignore(who))

    return {
        "NotAvailableTimes": _away(kind),
        "MaxHoursDaily": _each(
            kind, lambda _, e, who: rules.MaxPerDay(who, whole(e, hours, 0)), "每天的节数"
        ),
        "MaxHoursContinuously": _each(
            kind, lambda _, e, who: rules.MaxRun(who, whole(e, run, 0)), "连上的节数"
        ),
        "MaxGapsPerDay": gaps("day"),
        "MaxGapsPerWeek": gaps("week"),
        "MinHoursDaily": _min_hours(kind),
        "MaxSpanPerDay": _span(kind),
        "IntervalMaxDaysPerWeek": _interval(kind),
        "EarlyMaxBeginningsAtSecondHour": _each(kind, early, "从第一节开始"),
        "ActivityTagMaxHoursDaily": _tagged(kind, rules.MaxPerDay, hours, "每天最多"),
        "ActivityTagMaxHoursContinuously": _tagged(kind, rules.MaxRun, run, "最多连上"),
        "MaxDaysPerWeek": _each(
            kind,
            lambda _, e, who: rules.MaxDays(who, whole(e, "Max_Days_Per_Week", 0)),
            "有课的天数",
        ),
        "MinDaysPerWeek": _each(
            kind,
            lambda _, e, who: rules.MinDays(Of(who=who), whole(e, "Minimum_Days_Per_Week", 0)),
            "至少来的天数",
        ),
    }


def _methods() -> Iterable[tuple[str, Method]]:
    for prefix, kind in (
        ("Teacher", "teacher"),
        ("Teachers", "teacher"),
        ("Students", "class"),
        ("StudentsSet", "class"),
    ):
        for name, method in _kinds(kind).items():
            yield prefix + name, method
    yield from {
        "BreakTimes": _breaks,
        "RoomNotAvailableTimes": _room_away,
        "ActivityPreferredStartingTime": _starting_time,
        "ActivityPreferredStartingTimes": _starting_times("one", periods=False),
        "ActivitiesPreferredStartingTimes": _starting_times("all", periods=False),
        "SubactivitiesPreferredStartingTimes": _starting_times("all", periods=False),
        "ActivityPreferredTimeSlots": _starting_times("one", periods=True),
        "ActivitiesPreferredTimeSlots": _starting_times("all", periods=True),
        "SubactivitiesPreferredTimeSlots": _starting_times("all", periods=True),
        "MinDaysBetweenActivities": _days_apart,
        "MaxDaysBetweenActivities": _set(
            lambda of, e: rules.DaysNear(of, whole(e, "MaxDays", 0)), "相隔不太远"
        ),
        "MinGapsBetweenActivities": _set(
            lambda of, e: rules.Spaced(of, whole(e, "MinGaps", 0)), "同一天要隔开"
        ),
        "ActivitiesSameStartingTime": _set(lambda of, _: rules.Together(of), "同时开始"),
        "ActivitiesSameStartingDay": _set(lambda of, _: rules.Together(of, "day"), "同一天"),
        "ActivitiesSameStartingHour": _set(lambda of, _: rules.Together(of, "period"), "同一节"),
        "ActivitiesNotOverlapping": _set(lambda of, _: rules.Apart(of), "不同时"),
        "ActivitiesOccupyMaxDifferentRooms": _set(
            lambda of, e: rules.SameRoom(of, whole(e, "Max_Number_of_Different_Rooms", 1)),
            "教室不太多",
        ),
        "ActivityEndsStudentsDay": _ends,
        "ActivitiesEndStudentsDay": _ends,
        "TwoActivitiesConsecutive": _two(
            lambda one, two: rules.Follows(one, two, directly=True), "紧接着"
        ),
        "TwoActivitiesOrdered": _two(lambda one, two: rules.Follows(one, two), "先后"),
        "TwoActivitiesGrouped": _two(
            lambda one, two: rules.Grouped(Of(keys=frozenset([one, two]))), "连着"
        ),
    }.items()


METHODS: dict[str, Method] = dict(_methods())
