"""What the timetable takes from the region profile: clocks, limits of joint courses, demands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time

from tongke.core.profile import register, setting

STAGES = ("1", "2", "3")
DEMAND_KINDS = ("missing", "short", "unqualified")


@dataclass(frozen=True, kw_only=True)
class TimetableProfile:
    """Lesson lengths, what a joint lesson needs in common, and when a gap becomes a demand."""

    lesson_minutes: Mapping[str, int] = setting(
        {"1": 40, "2": 45, "3": 45},
        unit="分钟",
        label="一节课时长",
        source="law",
        help="键是学段：1 小学，2 初中，3 高中。",
        choices=STAGES,
        minimum=20,
        maximum=60,
    )
    first_lesson_after: Mapping[str, time] = setting(
        {"1": time(8, 20), "2": time(8, 0), "3": time(8, 0)},
        label="第一节课不早于",
        source="law",
        choices=STAGES,
    )
    break_minutes: int = setting(
        15, unit="分钟", label="课间不少于", source="law", minimum=5, maximum=30
    )
    big_break_minutes: int = setting(
        30, unit="分钟", label="大课间不少于", source="law", minimum=10, maximum=60
    )
    min_overlap_minutes: int = setting(
        35,
        unit="分钟",
        label="联合课最短共同时间",
        source="S-004",
        help="各校作息不同，所有教室同时在上课的时间不能少于这个数。",
        minimum=20,
        maximum=45,
    )
    max_start_shift_minutes: int = setting(
        15,
        unit="分钟",
        label="各校上课铃最多相差",
        source="S-004",
        minimum=0,
        maximum=60,
    )
    max_listeners: int = setting(
        3,
        unit="个班",
        label="一个主讲最多带听讲班",
        source="S-004",
        minimum=1,
        maximum=10,
    )
    max_rooms: int = setting(
        5,
        unit="间",
        label="一节课最多连接教室",
        source="S-007",
        help="含主讲教室；更多教室要用外部会议服务。",
        minimum=2,
        maximum=20,
    )
    max_delivered_periods: int = setting(
        6,
        unit="节/周",
        label="教师每周主讲联合课上限",
        source="S-004",
        minimum=1,
        maximum=20,
    )
    max_teaching_periods: int = setting(
        18,
        unit="节/周",
        label="教师每周总课时上限",
        source="S-004",
        minimum=6,
        maximum=30,
    )
    max_delivered_per_day: int = setting(
        2, unit="节", label="教师每天主讲联合课上限", source="S-004", minimum=1, maximum=6
    )
    room_gap_minutes: int = setting(
        5,
        unit="分钟",
        label="同一教室两节联合课间隔",
        source="S-004",
        help="用来接通和检查设备。",
        minimum=0,
        maximum=30,
    )
    solver_seconds: int = setting(
        20, unit="秒", label="一次排课最长计算", source="design", minimum=2, maximum=600
    )
    demand_kinds: tuple[str, ...] = setting(
        ("missing", "short", "unqualified"),
        label="哪些缺口形成需求",
        source="S-003",
        help="missing 未开课；short 课时不足；unqualified 没有合格教师。",
        choices=DEMAND_KINDS,
        minimum=1,
    )
    demand_least_periods: int = setting(
        1, unit="节/周", label="缺几节才形成需求", source="S-003", minimum=1, maximum=5
    )
    demand_subjects: tuple[str, ...] = setting(
        ("SB0602", "SB0603", "SB0702", "SB0102", "SB0404", "SB0506"),
        label="优先开设联合课的学科",
        source="S-003",
        help="按先后排序：音乐、美术、体育与健康、英语、科学、信息科技。",
    )
    no_delivery_subjects: tuple[str, ...] = setting(
        ("SB0505", "TK-BH", "TK-DF"),
        label="不宜远程开设的学科",
        source="design",
        help="缺口照常统计，但不提示承接。",
    )
    demand_answer_days: int = setting(
        14,
        unit="天",
        label="需求多久无人承接要提醒",
        source="S-003",
        minimum=1,
        maximum=90,
    )
    term_lead_days: int = setting(
        14,
        unit="天",
        label="开学前多久排好联合课表",
        source="S-004",
        minimum=0,
        maximum=60,
    )

    def check(self) -> Iterator[str]:
        """A joint lesson fits into a lesson; listeners and the host fit into the rooms."""
        longest = max(self.lesson_minutes.values())
        if self.min_overlap_minutes > longest:
            yield f"min_overlap_minutes 大于一节课（{longest} 分钟）。"
        if self.max_listeners >= self.max_rooms:
            yield "max_rooms 要容得下主讲教室和全部听讲班。"
        if self.max_delivered_periods > self.max_teaching_periods:
            yield "max_delivered_periods 不能大于 max_teaching_periods。"


register("timetable", TimetableProfile, label="课表")
