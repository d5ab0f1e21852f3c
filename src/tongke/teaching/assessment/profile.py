"""What assessment takes from the region profile: difficulty, result bands, exam limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting


@dataclass(frozen=True, kw_only=True)
class ResultBand:
    """A grade that stands for a range of marks, shown to pupils in place of them."""

    name: str = setting(REQUIRED, label="等级", source="law", minimum=1, maximum=10)
    least_percent: int = setting(
        REQUIRED, unit="%", label="得分率不低于", source="law", minimum=0, maximum=100
    )


@dataclass(frozen=True, kw_only=True)
class AssessmentProfile:
    """How items are described and how results are told."""

    difficulty_labels: tuple[str, ...] = setting(
        ("容易", "较易", "中等", "较难", "难"),
        label="难度五级的名称",
        source="S-061",
        minimum=5,
        maximum=5,
    )
    default_points: int = setting(
        2, unit="分", label="一题默认分值", source="S-061", minimum=1, maximum=20
    )
    bands: tuple[ResultBand, ...] = setting(
        (
            ResultBand(name="优秀", least_percent=85),
            ResultBand(name="良好", least_percent=75),
            ResultBand(name="合格", least_percent=60),
            ResultBand(name="待提高", least_percent=0),
        ),
        label="成绩等级",
        source="law",
        help="义务教育阶段成绩用等级告知本人和家长，不排名、不公布。",
        minimum=2,
    )
    no_exam_grades: tuple[str, ...] = setting(
        ("11", "12"),
        label="不安排纸笔考试的年级",
        source="law",
        choices=("11", "12", "13", "14", "15", "16", "21", "22", "23"),
    )
    exams_per_term: Mapping[str, int] = setting(
        {"1": 1, "2": 2},
        unit="次",
        label="每学期统一考试上限",
        source="law",
        help="键是学段；初中除期末外可有一次期中。",
        choices=("1", "2", "3"),
        minimum=0,
        maximum=6,
    )

    def check(self) -> Iterator[str]:
        """Bands fall from the best to one that takes everybody."""
        limits = [band.least_percent for band in self.bands]
        if limits != sorted(set(limits), reverse=True) or limits[-1] != 0:
            yield "bands 应从高到低排列，最低一级从 0 开始。"


register("assessment", AssessmentProfile, label="试题与成绩")
