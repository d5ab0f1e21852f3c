"""Pupils who are away from school: leave, and teaching at home."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from tongke.core.fields import EncryptedTextField


class Leave(models.Model):
    """A pupil's leave; why, and anything of health, lies sealed in the database."""

    class Kind(models.TextChoices):
        SICK = "sick", "病假"
        PERSONAL = "personal", "事假"

    class State(models.TextChoices):
        ASKED = "asked", "待确认"
        CONFIRMED = "confirmed", "已准假"
        REFUSED = "refused", "未准假"
        CANCELLED = "cancelled", "已撤销"

    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="leaves")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="leaves"
    )
    kind = models.CharField("类型", max_length=8, choices=Kind)
    starts_on = models.DateField("开始日期")
    first_seq = models.PositiveSmallIntegerField("首日从第几节起", default=1)
    ends_on = models.DateField("结束日期")
    last_seq = models.PositiveSmallIntegerField("末日到第几节", null=True)
    reason = EncryptedTextField("事由", blank=True, default="")
    medical = EncryptedTextField("健康说明", blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    answer = models.CharField("回复", max_length=200, blank=True)
    guidance = models.CharField("学习指导", max_length=300, blank=True)
    guided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "请假"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on"))
                | Q(ends_on=F("starts_on"), last_seq=None)
                | Q(ends_on=F("starts_on"), last_seq__gte=F("first_seq")),
                name="leave_in_order",
            )
        ]
        indexes = [
            models.Index(fields=["school_class", "ends_on"], name="leave_class"),
            models.Index(fields=["pupil", "ends_on"], name="leave_pupil"),
        ]

    def covers(self, day: date, seq: int) -> bool:
        """Whether the pupil is on leave in a period of a day."""
        first = (self.starts_on, self.first_seq)
        last = (self.ends_on, self.last_seq if self.last_seq is not None else seq)
        return first <= (day, seq) <= last


class HomeTeaching(models.Model):
    """送教上门: a pupil who is taught at home, the guiding teacher and the plan."""

    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="home_taught")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="home_taught"
    )
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="home_teaching"
    )
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    weekday = models.PositiveSmallIntegerField("每周上门日", default=3)
    visit_at = models.TimeField("上门时间")
    minutes = models.PositiveSmallIntegerField("每次分钟", default=60)
    plan = models.CharField("教学安排", max_length=400, blank=True)
    medical = EncryptedTextField("健康说明", blank=True, default="")
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "送教上门"
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="home_teaching_in_order"
            ),
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(until=None), name="home_teaching_one_now"
            ),
        ]


class Visit(models.Model):
    """One visit at home: planned, then held or missed with a word on it."""

    class State(models.TextChoices):
        PLANNED = "planned", "待上门"
        HELD = "held", "已上门"
        MISSED = "missed", "未上门"

    home = models.ForeignKey(HomeTeaching, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField("日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PLANNED)
    minutes = models.PositiveSmallIntegerField("分钟", default=0)
    note = models.CharField("记录", max_length=300, blank=True)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("记录时间", null=True)

    class Meta:
        verbose_name = "上门记录"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["home", "day"], name="visit_home_once"),
            models.CheckConstraint(
                condition=~Q(state="missed") | ~Q(note=""), name="visit_missed_with_reason"
            ),
        ]
