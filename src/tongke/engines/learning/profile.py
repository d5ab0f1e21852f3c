"""What learning takes from the region profile: when a key point is known, weak or unknown."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import register, setting


@dataclass(frozen=True, kw_only=True)
class LearningProfile:
    """Thresholds of mastery, how much evidence they need, and how much is recommended."""

    mastered_share: float = setting(
        0.8,
        unit="比例",
        label="“会了”的掌握度",
        source="S-060",
        help="估计答对一道标准题的把握；0 到 1。",
        minimum=0.5,
        maximum=1,
    )
    weak_share: float = setting(
        0.6,
        unit="比例",
        label="“再练”的掌握度",
        source="S-060",
        help="低于这个数并且题数够，才算薄弱。",
        minimum=0,
        maximum=0.9,
    )
    interval_level: float = setting(
        0.8,
        unit="比例",
        label="区间可信程度",
        source="S-060",
        help="掌握度旁边的上下限有多大把握包含真实值。",
        minimum=0.5,
        maximum=0.99,
    )
    minimum_items: int = setting(
        2,
        unit="题",
        label="最少题数",
        source="S-060",
        help="题数不够时只写“题少”，不显示数字，也不计入统计。",
        minimum=1,
        maximum=20,
    )
    class_minimum_pupils: int = setting(
        5,
        unit="人",
        label="班级平均最少人数",
        source="S-060",
        help="有估计的学生不足这个数时不显示班级平均；不得小于“人员与账号”里的最小统计人数。",
        minimum=3,
        maximum=30,
    )
    class_weak_share: float = setting(
        0.3,
        unit="比例",
        label="班级薄弱点人数占比",
        source="S-060",
        help="薄弱学生占比达到这个数，列为全班薄弱知识点。",
        minimum=0.05,
        maximum=1,
    )
    recommended_most: int = setting(
        3,
        unit="条",
        label="一次推荐上限",
        source="S-059",
        help="推荐宁少勿多，学生随时可以说“这个我会了”。",
        minimum=1,
        maximum=10,
    )
    open_most: int = setting(
        5, unit="条", label="未完成推荐上限", source="S-059", minimum=1, maximum=20
    )
    retry_days: int = setting(
        7, unit="天", label="同一推荐间隔", source="S-059", minimum=1, maximum=60
    )
    labels: tuple[str, ...] = setting(
        ("刚开始", "快会了", "会了"),
        label="给学生看的三级说法",
        source="design",
        help="从低到高；不出现百分数和排名。",
        minimum=3,
        maximum=3,
    )
    too_few_label: str = setting("题少", label="题数不够时的说法", source="design", maximum=6)
    record_years: int = setting(
        3, unit="年", label="学习记录保存", source="law", minimum=1, maximum=9
    )

    def check(self) -> Iterator[str]:
        """Weak lies below mastered."""
        if self.weak_share >= self.mastered_share:
            yield "weak_share 应小于 mastered_share。"


register("learning", LearningProfile, label="学情")
