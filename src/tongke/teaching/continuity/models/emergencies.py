"""Emergencies and drills: their scope, how far the preparation is, who opened the day."""

from datetime import date

from django.db import models
from django.db.models import F, Q


class Emergency(models.Model):
    """Classes of a scope learn at home from one period to another; a drill only rehearses it.

    The first day begins with `first_seq`, the last one ends with `last_seq` (None: its end).
    `back_on` and `back_seq` name the first period at school again where it was ended early.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "已发布"
        CLOSED = "closed", "已提前结束"
        REVOKED = "revoked", "已撤回"

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="发布单位"
    )
    title = models.CharField("名称", max_length=40)
    reason = models.CharField("原因", max_length=200)
    drill = models.BooleanField("演练", default=False)
    grades = models.CharField(
        "年级", max_length=80, blank=True, help_text="comma-separated codes; empty means all"
    )
    starts_on = models.DateField("开始日期")
    first_seq = models.PositiveSmallIntegerField("首日从第几节起", default=1)
    ends_on = models.DateField("结束日期")
    last_seq = models.PositiveSmallIntegerField("末日到第几节", null=True)
    back_on = models.DateField("提前复课日期", null=True)
    back_seq = models.PositiveSmallIntegerField("复课从第几节起", default=1)
    state = models.CharField("状态", max_length=8, choices=State, default=State.ACTIVE)
    declared_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField("发布时间")
    closed_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_at = models.DateTimeField("结束或撤回时间", null=True)
    close_reason = models.CharField("结束或撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "应急停课"
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on"))
                | Q(ends_on=F("starts_on"), last_seq=None)
                | Q(ends_on=F("starts_on"), last_seq__gte=F("first_seq")),
                name="emergency_in_order",
            )
        ]
        indexes = [
            models.Index(fields=["ends_on", "starts_on"], name="emergency_days"),
            models.Index(fields=["-declared_at"], name="emergency_list"),
        ]

    def __str__(self) -> str:
        return f"【演练】{self.title}" if self.drill else self.title

    @property
    def grade_codes(self) -> frozenset[str]:
        """The grades it is for; empty when it is for all."""
        return frozenset(code for code in self.grades.split(",") if code)

    def last_day(self) -> date:
        """The last day on which somebody may be at home for it."""
        if self.back_on is None:
            return self.ends_on
        return min(self.ends_on, self.back_on)

    def phase(self, today: date) -> str:
        """Where it stands on a day: revoked, coming, running or over."""
        if self.state == self.State.REVOKED:
            return "revoked"
        if today < self.starts_on:
            return "coming"
        gone = self.back_on is not None and (self.back_on, self.back_seq) <= (today, 1)
        return "over" if gone or today > self.ends_on else "running"


class EmergencyScope(models.Model):
    """One subtree of the organisations that an emergency is for."""

    emergency = models.ForeignKey(Emergency, on_delete=models.CASCADE, related_name="scopes")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "应急范围"
        constraints = [
            models.UniqueConstraint(
                fields=["emergency", "organisation"], name="emergency_scope_once"
            )
        ]


class SchoolSwitch(models.Model):
    """How far the preparation of one school is: counted, written out, told."""

    emergency = models.ForeignKey(Emergency, on_delete=models.CASCADE, related_name="schools")
    school = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    classes = models.PositiveIntegerField("班级", default=0)
    teachers = models.PositiveIntegerField("教师", default=0)
    pupils = models.PositiveIntegerField("学生", default=0)
    periods = models.PositiveIntegerField("课", default=0)
    matched = models.PositiveIntegerField("已有安排", default=0)
    told = models.PositiveIntegerField("已通知", default=0)
    prepared_until = models.DateField("备到", null=True)
    ready_at = models.DateTimeField("备好时间", null=True)
    told_at = models.DateTimeField("通知时间", null=True)

    class Meta:
        verbose_name = "学校切换"
        constraints = [
            models.UniqueConstraint(fields=["emergency", "school"], name="school_switch_once")
        ]

    @property
    def unmatched(self) -> int:
        """Lessons for which a teacher has still to choose."""
        return self.periods - self.matched


class Opening(models.Model):
    """That a pupil's family, or a teacher, opened a class's online day of an emergency."""

    emergency = models.ForeignKey(Emergency, on_delete=models.CASCADE, related_name="openings")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="+"
    )
    teacher = models.BooleanField("教师", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "打开在线课表"
        constraints = [
            models.UniqueConstraint(
                fields=["emergency", "person", "school_class"], name="opening_once"
            )
        ]
