"""What continuity takes from the region profile: how far it prepares, limits, tasks at home."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongke.core.profile import register, setting


@dataclass(frozen=True, kw_only=True)
class ContinuityProfile:
    """How emergencies, leave and teaching at home are run."""

    emergency_most_days: int = setting(
        60, unit="天", label="一次应急停课最长", source="S-036", minimum=1, maximum=200
    )
    prepare_days: int = setting(
        3,
        unit="天",
        label="提前写好几天的替课安排",
        source="S-036",
        help="更远的日子打开时现算，每天自动补写。",
        minimum=1,
        maximum=14,
    )
    progress_days: int = setting(
        21,
        unit="天",
        label="按最近多少天的已上课次判断进度",
        source="S-036",
        help="更早的不算，按教学周推算。",
        minimum=7,
        maximum=60,
    )
    switch_target_minutes: int = setting(
        30,
        unit="分钟",
        label="切换目标：多久之内打开在线课表",
        source="S-036",
        help="演练报告按它统计达标。",
        minimum=1,
        maximum=240,
    )
    practice_items: int = setting(
        3, unit="题", label="每节替课最多几道练习", source="S-036", minimum=0, maximum=10
    )
    home_tasks: Mapping[str, str] = setting(
        {
            "SB0702": "在家安全地活动 20 分钟：热身、原地跑、拉伸，做完告诉家长。",
            "SB0505": "做一件力所能及的家务，想一想怎样做得更好。",
            "TK-BH": "和家里人说说今天的安排，注意安全，按时休息。",
            "TK-DF": "听家里的长辈讲一件本地的事，记下来。",
            "SB0801": "观察家里或院子里的一样东西，画一画、写一写。",
        },
        label="没有网络课程的学科做什么",
        source="S-036",
        help="键是学科代码；写了的学科不用教师逐节安排。",
    )
    leave_most_days: int = setting(
        90, unit="天", label="一次请假最长", source="S-037", minimum=1, maximum=366
    )
    visit_weekly_least: int = setting(
        1, unit="次/周", label="送教上门每周不少于", source="S-037", minimum=0, maximum=5
    )


register("continuity", ContinuityProfile, label="应急与缺课学习")
