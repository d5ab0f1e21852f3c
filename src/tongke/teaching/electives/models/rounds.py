"""Rounds of choice, the ballots handed in, and searches for sections of 走班."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Round(models.Model):
    """One round of choice: who chooses, from what, when, how many, and by which lots."""

    class State(models.TextChoices):
        DRAFT = "draft", "准备中"
        OPEN = "open", "选课"
        DRAWN = "drawn", "已摇号"
        PUBLISHED = "published", "已公布结果"
        STARTED = "started", "已开课"
        CANCELLED = "cancelled", "已取消"

    # The states in which pupils know what became of their lists; nobody knows before.
    TOLD = (State.PUBLISHED, State.STARTED)

    term = models.ForeignKey("timetable.Term", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="rounds"
    )
    title = models.CharField("名称", max_length=40)
    scheme = models.CharField("选科方案", max_length=20, blank=True, help_text="profile's code")
    grades = models.ManyToManyField("curriculum.Grade", related_name="+")
    schools = models.ManyToManyField("people.Organisation", related_name="+")
    sections = models.ManyToManyField("electives.Section", related_name="rounds")
    opens_at = models.DateTimeField("开始选课")
    closes_at = models.DateTimeField("截止")
    starts_on = models.DateField("第一天上课")
    ends_on = models.DateField("最后一天上课")
    least = models.PositiveSmallIntegerField("至少录取几门", default=0)
    most = models.PositiveSmallIntegerField("最多录取几门", default=1)
    public_source = models.CharField("摇号所用的公开数", max_length=120)
    public_value = models.CharField("公开数的值", max_length=60, blank=True)
    seed = models.CharField("种子", max_length=64, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField("建立时间")
    warned_at = models.DateTimeField("提醒截止的时间", null=True)
    drawn_at = models.DateTimeField("摇号时间", null=True)
    published_at = models.DateTimeField("公布时间", null=True)

    class Meta:
        verbose_name = "选课轮次"
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="round_in_order"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="round_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(most__gte=1) & Q(least__lte=F("most")), name="round_most_and_least"
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="round_open")]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """What the seed is made of, with the public value; printed on the result."""
        return f"{self.organisation.code}-{timezone.localtime(self.opens_at):%Y%m%d%H%M}"

    @property
    def by_subjects(self) -> bool:
        """Whether pupils choose subjects of a scheme (选科), not sections of a menu."""
        return bool(self.scheme)

    def open_at(self, at: datetime) -> bool:
        """Whether choices are taken at a moment."""
        return self.state == self.State.OPEN and self.opens_at <= at < self.closes_at


class Ballot(models.Model):
    """A pupil's list in a round; what was saved last counts when the round closes."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="ballots")
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="ballots")
    number = models.PositiveIntegerField("选课号", help_text="by which the lot is drawn")
    saved_at = models.DateTimeField("保存时间")
    agreed_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    agreed_at = models.DateTimeField("家长同意的时间", null=True)

    class Meta:
        verbose_name = "选课单"
        constraints = [
            models.UniqueConstraint(fields=["round", "pupil"], name="ballot_once"),
            models.UniqueConstraint(fields=["round", "number"], name="ballot_number"),
        ]


class Choice(models.Model):
    """One line of a ballot: a section of the menu, or a subject of the scheme."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="choices")
    rank = models.PositiveSmallIntegerField("志愿")
    section = models.ForeignKey(
        "electives.Section", on_delete=models.PROTECT, null=True, related_name="choices"
    )
    subject = models.ForeignKey(
        "curriculum.Subject", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "志愿"
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "rank"], name="choice_rank"),
            models.UniqueConstraint(fields=["ballot", "section"], name="choice_section"),
            models.UniqueConstraint(fields=["ballot", "subject"], name="choice_subject"),
            models.CheckConstraint(
                condition=Q(section=None) ^ Q(subject=None), name="choice_is_one_thing"
            ),
        ]


class SectioningRun(models.Model):
    """A search for sections of 走班: what was asked for, how far it is, what it proposes."""

    class State(models.TextChoices):
        QUEUED = "queued", "等待计算"
        RUNNING = "running", "正在计算"
        READY = "ready", "待确认"
        IMPOSSIBLE = "impossible", "无法编班"
        ACCEPTED = "accepted", "已采用"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "没有完成"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="runs")
    school = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    limits = models.JSONField("条件", default=dict)
    proposal = models.JSONField("方案", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField("提出时间")
    finished_at = models.DateTimeField("算完时间", null=True)

    class Meta:
        verbose_name = "走班编班"
        ordering = ["-created_at", "-pk"]
