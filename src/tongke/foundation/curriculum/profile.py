"""What the curriculum takes from the region profile: codes, weeks, and the required plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tongke.core.profile import REQUIRED, register, setting
from tongke.foundation.curriculum import data

COMPULSORY = ("11", "12", "13", "14", "15", "16", "21", "22", "23")


@dataclass(frozen=True, kw_only=True)
class StageEntry:
    """A stage of schooling."""

    code: str = setting(REQUIRED, label="学段代码", source="law", maximum=4)
    name: str = setting(REQUIRED, label="学段名称", source="law", maximum=10)


@dataclass(frozen=True, kw_only=True)
class GradeEntry:
    """A grade and the stage it belongs to in this region."""

    code: str = setting(REQUIRED, label="年级代码", source="law", maximum=4)
    name: str = setting(REQUIRED, label="年级名称", source="law", maximum=10)
    stage: str = setting(REQUIRED, label="学段", source="law", maximum=4)


@dataclass(frozen=True, kw_only=True)
class SubjectEntry:
    """A subject by its national code, or by a code of ours where there is none."""

    code: str = setting(REQUIRED, label="学科代码", source="law", minimum=4, maximum=8)
    name: str = setting(REQUIRED, label="学科名称", source="law", minimum=2, maximum=20)
    short: str = setting(REQUIRED, label="简称", source="design", minimum=1, maximum=4)
    origin: str = setting("", label="代码出处", source="law", maximum=60)
    confirmed: bool = setting(default=False, label="已核实", source="law")


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """The weekly periods that one grade must and may have of one subject."""

    grade: str = setting(REQUIRED, label="年级", source="S-003")
    subject: str = setting(REQUIRED, label="学科", source="S-003")
    weekly_min: int = setting(
        REQUIRED, unit="节/周", label="每周最少", source="S-003", minimum=0, maximum=15
    )
    weekly_max: int = setting(
        REQUIRED, unit="节/周", label="每周最多", source="S-003", minimum=0, maximum=15
    )
    source: str = setting("law", label="依据", source="law")
    confirmed: bool = setting(
        default=False,
        label="已核实",
        source="law",
        help="未核实的数字来自通行做法，请对照本省课程表。",
    )


@dataclass(frozen=True, kw_only=True)
class PlanShare:
    """The share of all periods of nine years that a group of subjects must lie in."""

    name: str = setting(REQUIRED, label="科目", source="law")
    subjects: tuple[str, ...] = setting(REQUIRED, label="学科代码", source="law")
    least: float = setting(
        REQUIRED, unit="%", label="最低占比", source="law", minimum=0, maximum=100
    )
    most: float = setting(
        REQUIRED, unit="%", label="最高占比", source="law", minimum=0, maximum=100
    )


def _plan() -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(
            grade=row.grade,
            subject=row.subject,
            weekly_min=row.weekly_min,
            weekly_max=row.weekly_max,
            confirmed=row.confirmed,
        )
        for row in data.plan()
    )


def _share(name: str, subjects: str, least: float, most: float) -> PlanShare:
    return PlanShare(name=name, subjects=tuple(subjects.split()), least=least, most=most)


@dataclass(frozen=True, kw_only=True)
class CurriculumProfile:
    """Stages, grades and subjects with their codes, and what every class must be taught."""

    school_system: str = setting(
        "63",
        label="学制",
        source="law",
        help="63：小学六年、初中三年；54：小学五年、初中四年。个别学校不同的在学校里另设。",
        choices=("63", "54"),
    )
    stages: tuple[StageEntry, ...] = setting(
        tuple(StageEntry(code=row.code, name=row.name) for row in data.stages()),
        label="学段",
        source="law",
        minimum=1,
    )
    grades: tuple[GradeEntry, ...] = setting(
        tuple(GradeEntry(code=row.code, name=row.name, stage=row.stage) for row in data.grades()),
        label="年级",
        source="law",
        minimum=1,
    )
    subjects: tuple[SubjectEntry, ...] = setting(
        tuple(
            SubjectEntry(
                code=row.code,
                name=row.name,
                short=row.short,
                origin=row.source,
                confirmed=row.confirmed,
            )
            for row in data.subjects()
        ),
        label="学科",
        source="law",
        minimum=1,
    )
    local_subjects: tuple[SubjectEntry, ...] = setting(
        (), label="本区域增设学科", source="S-044", help="接在国家学科之后，代码不要与已有的重复。"
    )
    weekly_total: Mapping[str, int] = setting(
        {
            "11": 26, "12": 26, "13": 30, "14": 30, "15": 30, "16": 30,
            "21": 34, "22": 34, "23": 34,
        },
        unit="节/周",
        label="每周总课时",
        source="law",
        choices=COMPULSORY,
        minimum=20,
        maximum=45,
    )  # fmt: skip
    teaching_weeks: Mapping[str, int] = setting(
        {grade: 33 if grade == "23" else 35 for grade in COMPULSORY},
        unit="周",
        label="每学年新授课周数",
        source="law",
        choices=COMPULSORY,
        minimum=28,
        maximum=40,
    )
    review_weeks: Mapping[str, int] = setting(
        {grade: 4 if grade == "23" else 2 for grade in COMPULSORY},
        unit="周",
        label="每学年复习考试周数",
        source="law",
        choices=COMPULSORY,
        minimum=0,
        maximum=8,
    )
    flexible_weeks: int = setting(
        2, unit="周", label="每学年学校机动周数", source="law", minimum=0, maximum=6
    )
    term_weeks: int = setting(
        20, unit="周", label="每学期周数", source="design", minimum=15, maximum=24
    )
    plan: tuple[PlanLine, ...] = setting(
        _plan(),
        label="各年级各学科周课时",
        source="S-003",
        help="开齐、开足按每周最少核验；本省课程表不同的，在区域配置里整表替换。",
        minimum=1,
    )
    shares: tuple[PlanShare, ...] = setting(
        (
            _share("道德与法治", "SB0309", 6, 8),
            _share("语文", "SB0101", 20, 22),
            _share("数学", "SB0201", 13, 15),
            _share("外语", "SB0102", 6, 8),
            _share("历史、地理", "SB0307 SB0308 SB0306", 3, 4),
            _share("科学类", "SB0404 SB0401 SB0402 SB0403", 8, 10),
            _share("信息科技", "SB0506", 1, 3),
            _share("体育与健康", "SB0702", 10, 11),
            _share("艺术", "SB0602 SB0603 SB0601", 9, 11),
            _share("劳动、综合实践、地方与校本", "SB0505 SB0801 TK-DF", 14, 18),
        ),
        label="九年总课时占比",
        source="law",
    )
    cross_subject_least: int = setting(
        10,
        unit="%",
        label="跨学科主题学习最低占比",
        source="law",
        help="占每门课程总课时的比例。",
        minimum=0,
        maximum=50,
    )

    def check(self) -> Iterator[str]:
        """Codes known and once; every line and share in order; no grade asked for too much."""
        grades = {grade.code for grade in self.grades}
        subjects = [subject.code for subject in (*self.subjects, *self.local_subjects)]
        stages = {stage.code for stage in self.stages}
        if len(subjects) != len(set(subjects)):
            yield "subjects 和 local_subjects 的代码不能重复。"
        for grade in self.grades:
            if grade.stage not in stages:
                yield f"grades 的“{grade.name}”用了没有的学段“{grade.stage}”。"
        yield from self._check_plan(grades, set(subjects))
        for share in self.shares:
            if share.least > share.most:
                yield f"shares 的“{share.name}”最低占比大于最高占比。"

    def _check_plan(self, grades: set[str], subjects: set[str]) -> Iterator[str]:
        seen: set[tuple[str, str]] = set()
        least: dict[str, int] = {}
        for line in self.plan:
            where = f"plan 的 {line.grade} 年级 {line.subject}"
            if line.grade not in grades or line.subject not in subjects:
                yield f"{where}：没有这个年级或学科。"
            if (line.grade, line.subject) in seen:
                yield f"{where}：写了两次。"
            if line.weekly_min > line.weekly_max:
                yield f"{where}：每周最少 {line.weekly_min} 大于每周最多 {line.weekly_max}。"
            seen.add((line.grade, line.subject))
            least[line.grade] = least.get(line.grade, 0) + line.weekly_min
        for grade, periods in least.items():
            total = self.weekly_total.get(grade)
            if total is not None and periods > total:
                yield f"plan 的 {grade} 年级最少课时合计 {periods}，超过每周总课时 {total}。"

    def lines(self, grade: str) -> tuple[PlanLine, ...]:
        """The plan of one grade, in the order of the plan; empty for a grade without one."""
        return tuple(line for line in self.plan if line.grade == grade)

    @cached_property
    def all_subjects(self) -> tuple[SubjectEntry, ...]:
        """National and local subjects in the order that lists show them."""
        return (*self.subjects, *self.local_subjects)


register("curriculum", CurriculumProfile, label="课程")
