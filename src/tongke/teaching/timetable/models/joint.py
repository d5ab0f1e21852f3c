"""Demands, joint courses, their weekly slots, and searches for slots."""

from django.db import models
from django.db.models import Q

from tongke.teaching.timetable.models.calendar import Term


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
    asked = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name="请求承接的学校",
    )  # fmt: skip
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
