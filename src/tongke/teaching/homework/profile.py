"""What homework takes from the region profile: daily minutes, due time, partial marks."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongke.core.profile import register, setting


@dataclass(frozen=True, kw_only=True)
class HomeworkProfile:
    """How much homework a child may have, and how objective items are marked."""

    daily_minutes: Mapping[str, int] = setting(
        {
            "11": 0, "12": 0, "13": 60, "14": 60, "15": 60, "16": 60,
            "21": 90, "22": 90, "23": 90,
        },
        unit="分钟",
        label="每天书面作业总量",
        source="law",
        help="所有学科合计；一、二年级不留书面家庭作业；高中没有统一数字，不写就不提示。",
        choices=("11", "12", "13", "14", "15", "16", "21", "22", "23", "31", "32", "33"),
        minimum=0,
        maximum=240,
    )  # fmt: skip
    default_due_hours: int = setting(
        24,
        unit="小时",
        label="默认截止时间",
        source="S-056",
        help="从布置时算起；教师可以改。",
        minimum=1,
        maximum=336,
    )
    default_minutes: int = setting(
        15, unit="分钟", label="一份作业默认用时", source="S-056", minimum=3, maximum=90
    )
    item_most: int = setting(
        20, unit="题", label="一份作业题数上限", source="S-056", minimum=3, maximum=100
    )
    multiple_partial: str = setting(
        "half",
        label="多选题漏选",
        source="S-058",
        help="none 不给分；half 漏选给一半；share 按选对的比例给分。有错选一律不给分。",
        choices=("none", "half", "share"),
    )
    late_hours: int = setting(
        48,
        unit="小时",
        label="截止后还可补交",
        source="S-056",
        help="补交照样批改，标明“补交”；0 表示不收。",
        minimum=0,
        maximum=336,
    )
    remind_hours: int = setting(
        3, unit="小时", label="截止前多久提醒", source="S-056", minimum=1, maximum=48
    )
    show_answers: str = setting(
        "submitted",
        label="何时给学生看答案",
        source="S-058",
        help="submitted 本人交了就看；due 到截止时间一起看。",
        choices=("submitted", "due"),
    )
    paper_always: bool = setting(
        default=True,
        label="总可以用纸做",
        source="law",
        help="不得要求用手机完成作业；纸质作业由教师代录。",
    )
    rest_minutes: int = setting(
        20,
        unit="分钟",
        label="看屏幕多久提醒休息",
        source="law",
        minimum=10,
        maximum=40,
    )


register("homework", HomeworkProfile, label="作业")
