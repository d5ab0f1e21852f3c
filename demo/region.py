"""The plan of the invented county: which schools, who belongs to whom, how big, which bells.

Pure data and arithmetic; nothing is written here.
"""

from dataclasses import dataclass, replace
from datetime import time

from demo import names

CHINESE, MATHS, ENGLISH, ETHICS = "SB0101", "SB0201", "SB0102", "SB0309"
SCIENCE, COMPUTING, SPORT = "SB0404", "SB0506", "SB0702"
MUSIC, ART, LABOUR, PRACTICE = "SB0602", "SB0603", "SB0505", "SB0801"
CLASS_TALK, LOCAL = "TK-BH", "TK-DF"
SCARCE = (MUSIC, ART, ENGLISH, SCIENCE, COMPUTING)
"""The subjects for which village schools find no teacher."""

REGION_CODE = "990000"
ELEVEN_POINTS = "1112131415"


@dataclass(frozen=True, kw_only=True)
class SchoolSpec:
    """One school or teaching point as it is to be.

    Attributes:
        key: short latin name; numbers of its people begin with its code.
        kind: ``centre``, ``point`` or ``school`` (in no consortium).
        grid: which bells it rings, a key of `GRIDS`.
        sizes: number of pupils of each class: (grade, number) → pupils.
        lacks: subjects for which it has no teacher.
        unsure: subjects it teaches without a qualified teacher.
        mbps: the line of its room for joint lessons.
    """

    key: str
    code: str
    name: str
    short: str
    kind: str
    area: str
    grid: str
    sizes: dict[tuple[str, int], int]
    lacks: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    mbps: float = 20.0

    @property
    def is_point(self) -> bool:
        """Whether it is a teaching point below a centre school."""
        return self.kind == "point"


@dataclass(frozen=True)
class Group:
    """A consortium: the centre school and its teaching points."""

    name: str
    centre: SchoolSpec
    points: tuple[SchoolSpec, ...]


@dataclass(frozen=True)
class Size:
    """How much of the county is built.

    Attributes:
        groups: consortia.
        others: schools in no consortium.
        deep_weeks: how many past weeks have homework in the leading consortium.
        first_week: before this week no joint course is published; a short history loads fast.
    """

    groups: int = 12
    others: int = 4
    deep_weeks: int = 3
    first_week: int = 1

    @classmethod
    def of(cls, scale: float) -> "Size":
        """A part of the county, two consortia at least; 1 is all of it.

        Example:
            >>> Size.of(0.1)
            Size(groups=2, others=0, deep_weeks=2, first_week=10)
        """
        assert 0 < scale <= 1
        full = cls()
        return cls(
            groups=max(2, round(full.groups * scale)), others=round(full.others * scale),
            deep_weeks=max(2, round(full.deep_weeks * scale)),
            first_week=max(1, 11 - round(10 * scale)),
        )  # fmt: skip


_FOUND = {ENGLISH: 0.4, SCIENCE: 0.4, COMPUTING: 0.3, ART: 0.15}
"""How often a teaching point has a teacher for a scarce subject after all; music never."""

_GROUPS = (
    ("qiyun", "栖云", "town", "A", (("石笋坪", "B"), ("鹿回湾", "A"), ("松月岭", "C"))),
    ("wangxi", "望溪", "town", "B", (("燕归坪", "B"), ("杉木垭", "A"), ("水碓湾", "E"))),
    ("luting", "鹭汀", "town", "A", (("蒲草洲", "A"), ("沙雁滩", "B"))),
    ("hetang", "禾塘", "village", "C", (("稻香垄", "C"), ("三棵柏", "E"))),
    ("fengdu", "枫渡", "town", "A", (("渡口湾", "D"), ("老枫坡", "A"))),
    ("yanchi", "砚池", "town", "B", (("墨石沟", "A"), ("笔架垭", "B"))),
    ("zhuying", "竹影", "village", "A", (("斑竹岗", "C"), ("清风坳", "A"))),
    ("xingping", "杏坪", "town", "C", (("杏花垭", "E"), ("云脚村", "C"))),
    ("chenghu", "澄湖", "town", "A", (("苇子湖", "B"), ("月牙港", "A"))),
    ("lanxi", "岚溪", "village", "B", (("雾中寨", "B"), ("半山岚", "A"))),
    ("yanhui", "雁回", "town", "A", (("雁落坝", "A"),)),
    ("lixi", "梨溪", "village", "C", (("梨树坳", "C"),)),
)
_OTHERS = (
    ("shiyan", "青溪县实验小学", "实验小学"), ("chengnan", "青溪县城南小学", "城南小学"),
    ("chengbei", "青溪县城北小学", "城北小学"), ("erxiao", "青溪县第二小学", "第二小学"),
)  # fmt: skip
_LEADING = {
    ("qiyun", "15", 2): 42, ("石笋坪", "15", 1): 12, ("鹿回湾", "15", 1): 9,
    ("松月岭", "15", 1): 17, ("石笋坪", "12", 1): 8,
}  # fmt: skip

# first bell, minutes of a break, of the long break after the second period, start of the
# afternoon, periods. Lessons last forty minutes everywhere.
_BELLS = {
    "A": (time(8, 30), 15, 30, time(14, 0), 7),
    "B": (time(8, 25), 15, 30, time(13, 55), 7),
    "C": (time(8, 30), 10, 30, time(14, 0), 7),
    "D": (time(8, 35), 15, 30, time(14, 5), 7),
    "E": (time(8, 40), 10, 35, time(14, 0), 7),
}
GRID_NAMES = {
    "A": "统一作息",
    "B": "提前五分钟",
    "C": "短课间作息",
    "D": "推后五分钟",
    "E": "山区作息",
}
_LESSON_MINUTES = 40


def bells(grid: str) -> list[tuple[time, time]]:
    """The periods of a grid, four before noon."""
    first, pause, long_pause, noon, count = _BELLS[grid]
    periods: list[tuple[time, time]] = []
    at = _minutes(first)
    for seq in range(1, count + 1):
        periods.append((_clock(at), _clock(at + _LESSON_MINUTES)))
        at += _LESSON_MINUTES + (long_pause if seq == 2 else pause)
        if seq == 4:
            at = _minutes(noon)
    return periods


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def groups(size: Size) -> list[Group]:
    """The consortia, the leading one first."""
    return [_group(number) for number in range(1, size.groups + 1)]


def others(size: Size) -> list[SchoolSpec]:
    """The schools in no consortium."""
    return [
        SchoolSpec(
            key=key, code=f"QX9{number}", name=name, short=short, kind="school", area="city",
            grid="A", sizes=_sizes(key, "111213141516", 1, 1, range(36, 45)), mbps=100.0,
        )
        for number, (key, name, short) in enumerate(_OTHERS[: size.others], 1)
    ]  # fmt: skip


def _group(number: int) -> Group:
    key, name, area, grid, below = _GROUPS[number - 1]
    fewest, most = (2, 2) if number <= 2 else (1, 1 if area == "village" else 2)
    centre = SchoolSpec(
        key=key, code=f"QX{number:02d}", name=f"{name}中心小学", short=f"{name}中心小学",
        kind="centre", area=area, grid=grid, mbps=50.0,
        sizes=_sizes(key, "111213141516", fewest, most, range(30, 43)),
    )  # fmt: skip
    points = tuple(
        _point(number, place, point, bell) for place, (point, bell) in enumerate(below, 1)
    )
    return Group(f"{name}教学共同体", centre, points)


def _point(group: int, place: int, name: str, grid: str) -> SchoolSpec:
    chance = names.lot("point", name)
    highest = 5 if group <= 2 else chance.choice((4, 5, 5))
    grades = ELEVEN_POINTS[: 2 * highest]
    spec = SchoolSpec(
        key=name, code=f"QX{group:02d}-{place}", name=f"{name}教学点", short=name, kind="point",
        area="village", grid=grid, sizes=_sizes(name, grades, 1, 1, range(6, 17)),
        lacks=frozenset(SCARCE), mbps=chance.choice((2.0, 3.0, 4.0, 6.0, 8.0)),
    )  # fmt: skip
    if group == 1:
        return replace(spec, mbps={"松月岭": 1.6}.get(name, 4.0))
    found = {subject for subject, share in _FOUND.items() if chance.random() < share}
    unsure = {SPORT} if chance.random() < 0.4 else set()
    return replace(spec, lacks=frozenset(set(SCARCE) - found), unsure=frozenset(unsure))


def _sizes(
    key: str, grades: str, fewest: int, most: int, pupils: range
) -> dict[tuple[str, int], int]:
    """Classes with their numbers of pupils; grades are two digits each."""
    chance = names.lot("sizes", key)
    sizes: dict[tuple[str, int], int] = {}
    for at in range(0, len(grades), 2):
        grade = grades[at : at + 2]
        for number in range(1, chance.randint(fewest, most) + 1):
            drawn = chance.choice(pupils)
            sizes[grade, number] = _LEADING.get((key, grade, number), drawn)
    return sizes
