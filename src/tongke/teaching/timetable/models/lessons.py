"""The one lesson, and the classes in it."""

from django.db import models
from django.db.models import Q

from tongke.teaching.timetable.models.joint import Course, CourseSlot


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
