"""What course choice takes from the region profile: lists, lots, schemes of subjects, sections."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting


@dataclass(frozen=True, kw_only=True)
class SchemeGroup:
    """A group of a scheme: so many of these subjects are chosen."""

    name: str = setting(REQUIRED, label="组名", source="S-042", minimum=1, maximum=12)
    subjects: tuple[str, ...] = setting(REQUIRED, label="学科代码", source="S-042", minimum=1)
    pick: int = setting(REQUIRED, unit="门", label="选几门", source="S-042", minimum=1, maximum=6)


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """A scheme by which senior pupils choose subjects, such as 3+1+2."""

    code: str = setting(REQUIRED, label="方案代码", source="S-042", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="方案名称", source="S-042", minimum=2, maximum=20)
    groups: tuple[SchemeGroup, ...] = setting(REQUIRED, label="分组", source="S-042", minimum=1)


@dataclass(frozen=True, kw_only=True)
class ElectivesProfile:
    """Limits of lists, who comes first, and what makes a section of 走班."""

    list_length: int = setting(
        6, unit="门", label="一张选课单最多填几个志愿", source="S-040", minimum=1, maximum=20
    )
    unlucky_first: bool = setting(
        default=True, label="上一轮落选的学生先录取", source="S-042",
        help="同一单位同一学期上一轮交了选课单却一门也没有录取的学生，排在其他学生之前。",
    )  # fmt: skip
    guardian_agrees: bool = setting(
        default=False, label="家长同意后才参加录取", source="S-040",
        help="打开后，家长没有点“同意”的选课单不参加录取。",
    )  # fmt: skip
    travel_minutes: int = setting(
        30, unit="分钟", label="到外校上课的路程", source="S-042",
        help="到校上课的课程与本校课程之间至少要留出的时间。", minimum=0, maximum=120,
    )  # fmt: skip
    warn_hours: int = setting(
        24, unit="小时", label="截止前多久提醒", source="S-040", minimum=1, maximum=168
    )
    waiting_days: int = setting(
        14, unit="天", label="开课后候补递补的期限", source="S-042",
        help="开课后超过这么多天，退出的名额不再自动递补。", minimum=0, maximum=60,
    )  # fmt: skip
    result_days: int = setting(
        14, unit="天", label="结课后登记成绩的期限", source="S-039",
        help="到期后，任课教师不再看到外校学生。", minimum=0, maximum=60,
    )  # fmt: skip
    advice_points: int = setting(
        3, unit="个", label="几个知识点有数据才给学情参考", source="S-042", minimum=1, maximum=50
    )
    section_least: int = setting(
        15, unit="人", label="走班教学班最少人数", source="S-042", minimum=1, maximum=60
    )
    section_most: int = setting(
        50, unit="人", label="走班教学班最多人数", source="S-042", minimum=5, maximum=60
    )
    bands: int = setting(
        3, unit="个", label="走班时段数", source="S-042",
        help="同一时段各科同时上课；每个学生每个时段上一门选考科目。", minimum=2, maximum=6,
    )  # fmt: skip
    solver_seconds: int = setting(
        10, unit="秒", label="一次编班最长计算", source="design", minimum=2, maximum=120
    )
    schemes: tuple[Scheme, ...] = setting(
        (
            Scheme(
                code="3+1+2", name="3+1+2",
                groups=(
                    SchemeGroup(name="首选科目", subjects=("SB0401", "SB0307"), pick=1),
                    SchemeGroup(
                        name="再选科目", subjects=("SB0310", "SB0308", "SB0402", "SB0403"), pick=2
                    ),
                ),
            ),
        ),
        label="选科方案",
        source="S-042",
        help="首选：物理、历史二选一；再选：思想政治、地理、化学、生物学四选二。",
    )  # fmt: skip

    def check(self) -> Iterator[str]:
        """Sections can be filled, and every scheme has enough subjects and bands."""
        if self.section_least > self.section_most:
            yield "section_least 不能大于 section_most。"
        for scheme in self.schemes:
            if any(group.pick > len(group.subjects) for group in scheme.groups):
                yield f"方案 {scheme.code} 有一组要选的门数多于学科数。"
            if sum(group.pick for group in scheme.groups) > self.bands:
                yield f"方案 {scheme.code} 要选的门数多于走班时段数 bands。"


register("electives", ElectivesProfile, label="选课")
