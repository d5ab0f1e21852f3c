"""What the timetable takes from the region profile: clocks, limits of joint courses, demands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from tongke.core.profile import REQUIRED, register, setting

STAGES = ("1", "2", "3")
DEMAND_KINDS = ("missing", "short", "unqualified")
PLAN_RULES = (
    "main_morning", "sport_not_first", "spread", "research", "subject_day", "teacher_day",
    "teacher_run", "teacher_gaps", "fair_edges", "class_gaps",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RolloutCourse:
    """A course that the region rolls out: AI, coding, maker, STEM."""

    code: str = setting(REQUIRED, label="课程代码", source="S-044", minimum=2, maximum=12)
    name: str = setting(REQUIRED, label="课程", source="S-044", minimum=2, maximum=12)
    subject: str = setting(
        "",
        label="对应学科代码",
        source="S-044",
        help="课表里有这门学科就从课表统计；空着由学校填报。",
    )
    grades: tuple[str, ...] = setting((), label="要开的年级", source="S-044")
    periods: int = setting(
        1, unit="节/周", label="每周不少于", source="S-044", minimum=1, maximum=5
    )


@dataclass(frozen=True, kw_only=True)
class RolloutStep:
    """One yearly step: the schools of an area, by when, how many of them."""

    area: str = setting(
        REQUIRED, label="城乡分类", source="S-044", choices=("city", "town", "village")
    )
    name: str = setting(REQUIRED, label="步骤", source="S-044", minimum=2, maximum=20)
    until: date = setting(REQUIRED, label="完成时间", source="S-044")  # noqa: RUF009 - as all
    percent: int = setting(
        100, unit="%", label="开课学校占比", source="S-044", minimum=1, maximum=100
    )


_PRIMARY = ("13", "14", "15", "16")


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
        source="design",
        minimum=0,
        maximum=60,
    )
    plan_seconds: int = setting(
        60, unit="秒", label="全校排课最长计算", source="design", minimum=3, maximum=1800
    )
    main_subjects: tuple[str, ...] = setting(
        ("SB0101", "SB0201", "SB0102"), label="主科", source="design", help="优先排在上午的学科。"
    )
    sport_subjects: tuple[str, ...] = setting(
        ("SB0702",), label="不排第一节的学科", source="design", help="体育要避开早晨第一节。"
    )
    research_halfdays: Mapping[str, str] = setting(
        {"SB0101": "3pm", "SB0201": "4pm", "SB0102": "2pm"},
        label="教研半天",
        source="design",
        help="键是学科，值是周几和上午 am、下午 pm：3pm 就是周三下午，这时不排这门课。",
    )
    plan_rules: Mapping[str, int] = setting(
        {
            "main_morning": 2, "sport_not_first": 4, "spread": 5, "research": 3, "subject_day": 4,
            "teacher_day": 3, "teacher_run": 2, "teacher_gaps": 1, "fair_edges": 1, "class_gaps": 6,
        },
        unit="分",
        label="区域排课规则",
        source="design",
        help="键是规则，值是每违反一次扣的分，0 就是不用。学校可以停用或改权重。",
        choices=PLAN_RULES,
        minimum=0,
        maximum=100,
    )  # fmt: skip
    hard_plan_rules: tuple[str, ...] = setting(
        (), label="必须满足的区域排课规则", source="design", choices=PLAN_RULES
    )
    subject_most_per_day: int = setting(
        2, unit="节", label="每班每天同一学科不超过", source="design", minimum=1, maximum=6
    )
    teacher_most_per_day: int = setting(
        5, unit="节", label="教师每天不超过", source="design", minimum=1, maximum=10
    )
    teacher_most_in_a_row: int = setting(
        3, unit="节", label="教师连续上课不超过", source="design", minimum=1, maximum=8
    )
    teacher_most_gaps: int = setting(
        6, unit="节/周", label="教师每周空节不超过", source="design", minimum=0, maximum=20
    )

    travel_minutes: int = setting(
        30,
        unit="分钟",
        label="教师往返两校路上时间",
        source="design",
        help="代课、调课、补课时，同一教师在两所学校的课至少相隔这么久。",
        minimum=0,
        maximum=180,
    )
    make_up_days: int = setting(
        14,
        unit="天",
        label="补课最晚在几天之内",
        source="design",
        minimum=1,
        maximum=60,
    )
    substitute_subject_points: int = setting(
        40,
        unit="分",
        label="代课人选：同学科加分",
        source="design",
        help="任教资格或任职学科与这节课相同。",
        minimum=0,
        maximum=100,
    )
    substitute_class_points: int = setting(
        20, unit="分", label="代课人选：教过本班加分", source="design", minimum=0, maximum=100
    )
    substitute_period_points: int = setting(
        2, unit="分/节", label="代课人选：本周每节课减分", source="design", minimum=0, maximum=10
    )
    substitute_term_points: int = setting(
        4,
        unit="分/次",
        label="代课人选：本学期每次代课减分",
        source="design",
        help="让代课在教师之间大致均衡。",
        minimum=0,
        maximum=20,
    )

    rollout_courses: tuple[RolloutCourse, ...] = setting(
        (
            RolloutCourse(code="ai", name="人工智能", grades=_PRIMARY),
            RolloutCourse(code="coding", name="编程", subject="SB0506", grades=_PRIMARY),
            RolloutCourse(code="maker", name="创客", grades=("15", "16")),
            RolloutCourse(code="stem", name="STEM", grades=("15", "16")),
        ),
        label="推进的新课程",
        source="S-044",
        minimum=1,
    )
    rollout_steps: tuple[RolloutStep, ...] = setting(
        (
            RolloutStep(area="city", name="县城区", until=date(2026, 7, 31)),
            RolloutStep(area="town", name="乡镇", until=date(2027, 7, 31)),
            RolloutStep(
                area="village", name="乡镇以下有条件的小学", until=date(2028, 7, 31), percent=50
            ),
        ),
        label="新课程分步推进",
        source="S-044",
        help="三年三步；年份由区域定。学校的步骤看机构的城乡分类。",
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
