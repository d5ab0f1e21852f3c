"""AI, coding, maker, STEM: what each school offers in each grade, against the staged targets.

A cell is read from the timetable where the course has a subject of its own that is placed there,
else from the school's report. It is good when every class of the grade has the weekly periods, the
teacher is qualified (or trained) and there is a room or equipment; it is part-way when something of
that is missing, and the words say what.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.models import Organisation, Qualification, SchoolClass
from tongke.teaching.timetable.models import Placement, RolloutReport, Term
from tongke.teaching.timetable.profile import RolloutCourse, RolloutStep, TimetableProfile

STATES = {"good": "开足", "part": "有缺项", "none": "未开", "silent": "未填报"}
BADGES = {"good": "ok", "part": "warn", "none": "danger", "silent": "muted"}
AREAS = {"city": "城区", "town": "镇区", "village": "乡村", "": "未分类"}


@dataclass(frozen=True)
class Cell:
    """One course in one grade of one school.

    Attributes:
        state: good, part, none or silent (nobody said anything).
        source: timetable, report or empty.
        lacks: what is missing, in words.
    """

    course: RolloutCourse
    grade: Grade
    state: str
    source: str
    periods: int
    teacher: str
    room: str
    lacks: tuple[str, ...]
    report: RolloutReport | None

    @property
    def label(self) -> str:
        """开足, 有缺项, 未开 or 未填报."""
        return STATES[self.state]

    @property
    def badge(self) -> str:
        """The state as badges colour it."""
        return BADGES[self.state]


@dataclass(frozen=True)
class SchoolLine:
    """A school with all its cells, in the order of courses and grades."""

    school: Organisation
    cells: tuple[Cell, ...]

    @property
    def area(self) -> str:
        """城区, 镇区 or 乡村."""
        return AREAS.get(self.school.area, "未分类")

    @property
    def good(self) -> int:
        """Cells that are as they should be."""
        return sum(each.state == "good" for each in self.cells)

    @property
    def silent(self) -> int:
        """Cells that nobody reported."""
        return sum(each.state == "silent" for each in self.cells)

    @property
    def share(self) -> float | None:
        """Good cells of all; None when no grade of the school takes part."""
        return self.good / len(self.cells) if self.cells else None

    def of(self, course: str) -> list[Cell]:
        """The cells of one course."""
        return [each for each in self.cells if each.course.code == course]

    def offers(self, course: str) -> bool:
        """Whether the course is taught in some grade."""
        return any(each.periods for each in self.of(course))

    def by_course(self) -> list[tuple[RolloutCourse, str, str, str]]:
        """Each course with how many of its grades are good, its state and badge."""
        found = []
        for course in current(TimetableProfile).rollout_courses:
            cells = self.of(course.code)
            if not cells:
                found.append((course, "—", "", "muted"))
                continue
            good = sum(each.state == "good" for each in cells)
            worst = next(
                (one for one in ("part", "none", "silent") if any(c.state == one for c in cells)),
                "good",
            )
            shown = "part" if good and worst != "good" else worst
            found.append((course, f"{good}/{len(cells)}", STATES[shown], BADGES[shown]))
        return found


@dataclass(frozen=True)
class StepLine:
    """One yearly step for one course: schools of the area, those that offer it, the target."""

    step: RolloutStep
    course: RolloutCourse
    schools: int
    offering: int
    due: bool

    @property
    def share(self) -> float | None:
        """Offering schools of all; None without any."""
        return self.offering / self.schools if self.schools else None

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        return self.share is not None and self.share * 100 >= self.step.percent

    @property
    def lacking(self) -> int:
        """How many schools are still to begin for the target."""
        wanted = -(-self.schools * self.step.percent // 100)
        return max(0, wanted - self.offering)

    @property
    def badge(self) -> str:
        """The state as badges colour it."""
        if self.reached:
            return "ok"
        return "danger" if self.due else "info"


@dataclass
class _Taught:
    """What the timetable shows of one subject in one grade of one school."""

    by_class: dict[int, int]
    teachers: dict[int, str]
    rooms: set[str]


def school_lines(term: Term, schools: Iterable[Organisation]) -> list[SchoolLine]:
    """Every school against the roll-out; six queries whatever the number of schools."""
    listed = list(schools)
    courses = current(TimetableProfile).rollout_courses
    grades = {each.code: each for each in Grade.objects.all()}
    classes: dict[tuple[int, str], set[int]] = defaultdict(set)
    rows = SchoolClass.objects.filter(
        school__in=listed, kind=SchoolClass.Kind.STANDING, closed_on=None
    )
    for pk, at, grade in rows.values_list("pk", "school", "grade_code"):
        classes[at, grade].add(pk)
    taught = _taught(term, listed, {each.subject for each in courses if each.subject})
    reports = {
        (each.school_id, each.course, each.grade_id): each
        for each in RolloutReport.objects.filter(term=term, school__in=listed).select_related(
            "teacher", "room", "evidence"
        )
    }
    able = _qualified(taught)
    found = []
    for school in listed:
        cells = []
        for course in courses:
            for code in course.grades:
                members = classes.get((school.pk, code))
                if not members or code not in grades:
                    continue
                said = reports.get((school.pk, course.code, code))
                shown = taught.get((school.pk, course.subject, code)) if course.subject else None
                cells.append(_cell(course, grades[code], members, shown, said, able))
        found.append(SchoolLine(school, tuple(cells)))
    return found


def _taught(
    term: Term, schools: Sequence[Organisation], subjects: set[str]
) -> dict[tuple[int, str, str], _Taught]:
    found: dict[tuple[int, str, str], _Taught] = {}
    if not subjects:
        return found
    rows = Placement.objects.filter(
        term=term, subject__in=subjects, school_class__school__in=schools
    ).values_list(
        "school_class__school", "subject", "school_class__grade_code", "school_class",
        "teacher", "teacher__name", "room__name",
    )  # fmt: skip
    for school, subject, grade, klass, teacher, name, room in rows:
        one = found.setdefault((school, subject, grade), _Taught({}, {}, set()))
        one.by_class[klass] = one.by_class.get(klass, 0) + 1
        if teacher is not None:
            one.teachers[teacher] = name
        if room:
            one.rooms.add(room)
    return found


def _qualified(taught: dict[tuple[int, str, str], _Taught]) -> set[tuple[int, str]]:
    people = {pk for one in taught.values() for pk in one.teachers}
    rows = Qualification.objects.filter(person__in=people)
    return set(rows.values_list("person", "subject_code"))


def _cell(
    course: RolloutCourse,
    grade: Grade,
    members: set[int],
    shown: _Taught | None,
    said: RolloutReport | None,
    able: set[tuple[int, str]],
) -> Cell:
    if shown is None:
        return _reported(course, grade, said)
    lacks = []
    idle = len(members - shown.by_class.keys())
    if idle:
        lacks.append(f"{idle} 个班没有开")
    least = min(shown.by_class.values())
    if least < course.periods:
        lacks.append(f"每周少 {course.periods - least} 节")
    if not shown.teachers:
        lacks.append("没有教师")
    elif any((pk, course.subject) not in able for pk in shown.teachers):
        lacks.append("教师没有资格")
    if not shown.rooms and (said is None or not (said.room_id or said.equipment)):
        lacks.append("没有教室和设备")
    return Cell(
        course, grade, "part" if lacks else "good", "timetable", least,
        "、".join(sorted(shown.teachers.values())[:3]), "、".join(sorted(shown.rooms)[:2]),
        tuple(lacks), said,
    )  # fmt: skip


def _reported(course: RolloutCourse, grade: Grade, said: RolloutReport | None) -> Cell:
    if said is None:
        return Cell(course, grade, "silent", "", 0, "", "", ("没有填报",), None)
    if not said.periods:
        return Cell(course, grade, "none", "report", 0, "", "", ("没有开设",), said)
    lacks = []
    if said.periods < course.periods:
        lacks.append(f"每周少 {course.periods - said.periods} 节")
    if not said.trained:
        lacks.append("教师没有资格")
    if not said.room_id and not said.equipment:
        lacks.append("没有教室和设备")
    room = said.room.name if said.room else said.equipment
    teacher = said.teacher.name if said.teacher else ""
    state = "part" if lacks else "good"
    return Cell(course, grade, state, "report", said.periods, teacher, room, tuple(lacks), said)


def step_lines(lines: Sequence[SchoolLine], today: date) -> list[StepLine]:
    """Each step and course over some schools, in the order of the steps."""
    profile = current(TimetableProfile)
    found = []
    for step in profile.rollout_steps:
        for course in profile.rollout_courses:
            here = [
                each for each in lines if each.school.area == step.area and each.of(course.code)
            ]
            offering = sum(each.offers(course.code) for each in here)
            found.append(StepLine(step, course, len(here), offering, today > step.until))
    return found


def narrowed(
    lines: Sequence[SchoolLine], *, text: str = "", area: str = "", grade: str = "",
    state: str = "", sort: str = "",
) -> list[SchoolLine]:  # fmt: skip
    """Lines by name, area, one grade, and what their cells say; by share with ``sort=share``."""
    if grade:
        lines = [
            replace(each, cells=tuple(cell for cell in each.cells if cell.grade.code == grade))
            for each in lines
        ]
        lines = [each for each in lines if each.cells]
    found = [
        each for each in lines
        if text in each.school.name
        and (not area or each.school.area == area)
        and (not state or any(cell.state == state for cell in each.cells))
    ]  # fmt: skip
    if sort.removeprefix("-") == "share":
        found.sort(key=lambda each: each.share or 0.0, reverse=sort.startswith("-"))
    return found


def grades_shown(lines: Iterable[SchoolLine]) -> list[tuple[str, str]]:
    """The grades that take part somewhere, as choices."""
    found = {cell.grade.code: cell.grade.name for line in lines for cell in line.cells}
    return sorted(found.items())


def to_remind(lines: Iterable[SchoolLine]) -> list[Organisation]:
    """Schools that have not reported everything, or offer less than required."""
    return [each.school for each in lines if each.cells and each.good < len(each.cells)]
