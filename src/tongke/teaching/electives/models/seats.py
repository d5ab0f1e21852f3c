"""Seats given out or waited for, and what happened in the section: presence and results."""

from django.db import models
from django.db.models import Q


class Seat(models.Model):
    """What became of one choice: a seat, a place on the waiting list, or neither, and why."""

    class State(models.TextChoices):
        SEATED = "seated", "已录取"
        WAITING = "waiting", "候补"
        MISSED = "missed", "未录取"
        LEFT = "left", "已退出"

    round = models.ForeignKey("electives.Round", on_delete=models.CASCADE, related_name="seats")
    section = models.ForeignKey("electives.Section", on_delete=models.PROTECT, related_name="taken")
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="seats")
    rank = models.PositiveSmallIntegerField("志愿")
    turn = models.PositiveIntegerField("摇号顺序", help_text="in the round, from 1")
    state = models.CharField("状态", max_length=8, choices=State)
    why = models.CharField("说明", max_length=200)
    promoted_at = models.DateTimeField("递补时间", null=True)
    left_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = "录取"
        ordering = ["turn", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["round", "section", "pupil"], name="seat_once")
        ]
        indexes = [
            models.Index(fields=["section", "state"], name="seat_roll"),
            models.Index(fields=["pupil", "state"], name="seat_mine"),
        ]


class Presence(models.Model):
    """A pupil's presence in one lesson of a section, entered by hand (no roll call was held)."""

    class Status(models.TextChoices):
        PRESENT = "present", "到"
        LATE = "late", "迟到"
        LEAVE = "leave", "请假"
        ABSENT = "absent", "缺席"

    section = models.ForeignKey(
        "electives.Section", on_delete=models.PROTECT, related_name="presences"
    )
    lesson = models.ForeignKey("timetable.Lesson", on_delete=models.PROTECT, related_name="+")
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    status = models.CharField("考勤", max_length=8, choices=Status)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "选课考勤"
        constraints = [models.UniqueConstraint(fields=["lesson", "pupil"], name="presence_once")]


class Result(models.Model):
    """A pupil's result in a section: a level, with a score where the course gives one."""

    class Level(models.TextChoices):
        EXCELLENT = "A", "优秀"
        GOOD = "B", "良好"
        PASSED = "C", "合格"
        NOT_YET = "D", "待努力"

    section = models.ForeignKey(
        "electives.Section", on_delete=models.PROTECT, related_name="results"
    )
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    level = models.CharField("等第", max_length=1, choices=Level)
    score = models.DecimalField("得分", max_digits=4, decimal_places=1, null=True)
    words = models.CharField("评语", max_length=200, blank=True)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "选课成绩"
        constraints = [
            models.UniqueConstraint(fields=["section", "pupil"], name="elective_result_once"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=0) & Q(score__lte=100),
                name="elective_score_in_range",
            ),
        ]
