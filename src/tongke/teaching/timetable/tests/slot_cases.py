"""A centre school, two points and their bells: the small world of the slot tests."""

from collections.abc import Sequence

from tongke.teaching.timetable.slots import Bell, Busy, Course, Listener, Problem, Resource

CENTRE, POINT, OTHER = "centre", "point", "other"
SCHOOLS = {CENTRE: "青溪中心小学", POINT: "石笋坪教学点", OTHER: "鹿回湾教学点"}
STUDIO = Resource("room", "studio", "录播室")
HALL = Resource("room", "hall", "听讲教室")
HALL_2 = Resource("room", "hall-2", "听讲教室二")
HUT = Resource("room", "hut", "鹿回湾听讲教室")
WANG = Resource("teacher", "wang", "王老师")
LIU = Resource("teacher", "liu", "刘老师")
FIVE = Resource("class", "five", "石笋坪教学点五年级")
SIX = Resource("class", "six", "石笋坪教学点六年级")
FAR = Resource("class", "far", "鹿回湾教学点五年级")


def grid(
    school: str, first: int, *, lesson: int = 40, pause: int = 10, count: int = 4
) -> list[Bell]:
    """A day of `count` lessons from the minute `first`."""
    step = lesson + pause
    starts = [first + step * index for index in range(count)]
    return [Bell(school, seq, at, at + lesson) for seq, at in enumerate(starts, 1)]


def course(key: str = "music", **over: object) -> Course:
    """五年级音乐 from the centre to one class of the teaching point."""
    facts: dict[str, object] = {
        "name": "五年级音乐",
        "school": CENTRE,
        "teacher": WANG,
        "rooms": (STUDIO,),
        "listeners": (Listener(FIVE, POINT, (HALL,), LIU),),
    }
    return Course(key=key, **(facts | over))  # type: ignore[arg-type]


def problem(*courses: Course, busy: Sequence[Busy] = (), **over: object) -> Problem:
    """The centre rings at 08:30, the point five minutes later, the other ten minutes later."""
    bells = [*grid(CENTRE, 510), *grid(POINT, 515), *grid(OTHER, 520)]
    facts: dict[str, object] = {"bells": tuple(bells), "schools": SCHOOLS}
    return Problem(courses=courses, busy=tuple(busy), **(facts | over))  # type: ignore[arg-type]


def day(resource: Resource, weekday: int, label: str = "") -> Busy:
    """The resource taken for the whole day."""
    return Busy(resource, weekday, 0, 1440, label)
