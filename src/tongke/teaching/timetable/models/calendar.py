"""Terms, holidays and bells."""

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
