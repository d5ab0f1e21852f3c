"""Terms, bells, placements, demands, joint courses and lessons."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q


class Term(models.Model):
    """A term of the region; week 1 begins on `starts_on`, a Monday."""

    region = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    code = models.CharField("代码", max_length=10, unique=True, help_text="such as 2026-1")
    name = models.CharField("名称", max_length=30)
    starts_on = models.DateField("第一周周一")
    weeks = models.PositiveSmallIntegerField("教学周数")

    class Meta:
        verbose_name = "学期"
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return self.name

    @property
    def ends_on(self) -> date:
        """The Sunday of the last week."""
        return self.starts_on + timedelta(days=7 * self.weeks - 1)


class Holiday(models.Model):
    """A day without lessons, or a make-up day that follows another weekday's plan."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField("日期")
    name = models.CharField("名称", max_length=20)
    follows_weekday = models.PositiveSmallIntegerField("按周几上课", null=True)

    class Meta:
        verbose_name = "节假日"
        constraints = [models.UniqueConstraint(fields=["term", "day"], name="holiday_once")]


class BellGrid(models.Model):
    """A school's bells, for a season."""

    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="bell_grids"
    )
    name = models.CharField("名称", max_length=20)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        verbose_name = "作息表"
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(until=None), name="bell_grid_one_now"
            )
        ]


class Bell(models.Model):
    """One period of a grid on the real clock."""

    grid = models.ForeignKey(BellGrid, on_delete=models.CASCADE, related_name="bells")
    seq = models.PositiveSmallIntegerField("节次")
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")

    class Meta:
        verbose_name = "节次"
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["grid", "seq"], name="bell_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="bell_in_order"),
        ]


class Course(models.Model):
    """A joint course: one delivering teacher, one or more listening classes, one term."""

    class State(models.TextChoices):
        DRAFT = "draft", "待配师资"
        READY = "ready", "待排课"
        PUBLISHED = "published", "已开课"
        ENDED = "ended", "已结束"
        WITHDRAWN = "withdrawn", "已撤销"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="courses")
    community = models.ForeignKey("communities.Community", on_delete=models.PROTECT, null=True)
    form = models.CharField("课堂形态", max_length=20, help_text="profile code of the lesson form")
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT)
    grade = models.ForeignKey("curriculum.Grade", on_delete=models.PROTECT)
    textbook = models.ForeignKey("curriculum.Textbook", on_delete=models.PROTECT, null=True)
    host_school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="delivered_courses"
    )
    host_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, null=True, related_name="+"
    )
    host_teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="delivered_courses"
    )
    host_room = models.ForeignKey(
        "campus.Room", on_delete=models.PROTECT, null=True, related_name="+"
    )
    periods_per_week = models.PositiveSmallIntegerField("周课时", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    displaced = models.JSONField(
        "让出的课",
        default=list,
        help_text="own lessons of the subject that the joint course replaced, to restore them",
    )
    created_at = models.DateTimeField("建立时间")
    published_at = models.DateTimeField("开课时间", null=True)

    class Meta:
        verbose_name = "联合课程"
        indexes = [models.Index(fields=["term", "state"], name="course_list")]

    def __str__(self) -> str:
        return f"{self.grade.name}{self.subject.name}"


class Listener(models.Model):
    """A class that takes a joint course, with its own assisting teacher and room."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="listeners")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="listened_courses"
    )
    assistant = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="assisted_courses"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "听讲班"
        constraints = [
            models.UniqueConstraint(fields=["course", "school_class"], name="listener_once")
        ]


class Demand(models.Model):
    """A gap of one class in one subject that asks for a delivered course (S-003)."""

    class Kind(models.TextChoices):
        MISSING = "missing", "未开"
        SHORT = "short", "课时不足"
        UNQUALIFIED = "unqualified", "无合格教师"

    class State(models.TextChoices):
        OPEN = "open", "待承接"
        TAKEN = "taken", "已承接"
        FILLED = "filled", "已补齐"
        CLOSED = "closed", "已关闭"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="demands")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="demands"
    )
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT)
    kind = models.CharField("缺口", max_length=12, choices=Kind)
    periods = models.PositiveSmallIntegerField("缺课时/周")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    course = models.ForeignKey(Course, on_delete=models.SET_NULL, null=True, related_name="demands")
    opened_at = models.DateTimeField("提出时间")
    closed_at = models.DateTimeField("结束时间", null=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "缺课需求"
        constraints = [
            models.UniqueConstraint(
                fields=["term", "school_class", "subject"],
                condition=Q(state__in=["open", "taken"]),
                name="demand_one_open",
            )
        ]
        indexes = [models.Index(fields=["state", "term"], name="demand_list")]


class CourseSlot(models.Model):
    """A weekly time of a joint course; `starts`–`ends` is what all rooms have in common."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField("周几")
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")
    seq = models.PositiveSmallIntegerField("主讲校节次", null=True)
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "联合课时段"
        constraints = [
            models.UniqueConstraint(fields=["course", "weekday", "starts"], name="slot_once")
        ]


class PlanRun(models.Model):
    """A search for weekly slots: for which courses, how far it is, and what it proposes."""

    class State(models.TextChoices):
        QUEUED = "queued", "等待计算"
        RUNNING = "running", "正在计算"
        READY = "ready", "待确认"
        ACCEPTED = "accepted", "已开课"
        DISCARDED = "discarded", "已放弃"
        FAILED = "failed", "没有完成"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="plan_runs")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="提出单位"
    )
    courses = models.ManyToManyField(Course, related_name="plan_runs")
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    proposal = models.JSONField("方案", default=dict)
    created_at = models.DateTimeField("提出时间")
    finished_at = models.DateTimeField("算完时间", null=True)
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = "排课"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="plan_run_list")]


class Placement(models.Model):
    """One weekly lesson in a class's timetable; a joint one points to its slot."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="placements")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="placements"
    )
    weekday = models.PositiveSmallIntegerField("周几")
    seq = models.PositiveSmallIntegerField("节次")
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT)
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="placements"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    slot = models.ForeignKey(
        CourseSlot, on_delete=models.CASCADE, null=True, related_name="placements"
    )

    class Meta:
        verbose_name = "课表项"
        constraints = [
            models.UniqueConstraint(
                fields=["term", "school_class", "weekday", "seq"], name="placement_once"
            )
        ]
        indexes = [models.Index(fields=["term", "teacher"], name="placement_teacher")]


class Lesson(models.Model):
    """The one lesson: planned, taught live, followed by homework, credited and counted."""

    class State(models.TextChoices):
        PLANNED = "planned", "待上课"
        LIVE = "live", "正在上课"
        HELD = "held", "已上课"
        NOT_HELD = "not_held", "未上课"
        CANCELLED = "cancelled", "已取消"

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="lessons")
    slot = models.ForeignKey(CourseSlot, on_delete=models.PROTECT, related_name="lessons")
    week = models.PositiveSmallIntegerField("教学周")
    day = models.DateField("日期")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="lessons", verbose_name="主讲教师"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("curriculum.Unit", on_delete=models.PROTECT, null=True)
    title = models.CharField("课题", max_length=80, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField("原因", max_length=200, blank=True)
    started_at = models.DateTimeField("实际开始", null=True)
    finished_at = models.DateTimeField("实际结束", null=True)
    revision = models.PositiveIntegerField(
        "更正次数", default=0, help_text="grows when a held mark is reversed or set again"
    )

    class Meta:
        verbose_name = "课次"
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["slot", "day"], name="lesson_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["not_held", "cancelled"]) | ~Q(reason=""),
                name="lesson_reason_when_not_held",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "state"], name="lesson_day"),
            models.Index(fields=["teacher", "day"], name="lesson_teacher"),
        ]


class LessonClass(models.Model):
    """A class in a lesson: the delivering class itself, or a listening one with its assistant."""

    class Side(models.TextChoices):
        HOST = "host", "主讲"
        LISTENING = "listening", "听讲"

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="classes")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="lesson_classes"
    )
    side = models.CharField("端", max_length=10, choices=Side)
    assistant = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="assisted_lessons"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    bell_seq = models.PositiveSmallIntegerField("本校节次", null=True)

    class Meta:
        verbose_name = "上课班级"
        constraints = [
            models.UniqueConstraint(fields=["lesson", "school_class"], name="lesson_class_once")
        ]
        indexes = [models.Index(fields=["school_class", "lesson"], name="lesson_class_list")]
