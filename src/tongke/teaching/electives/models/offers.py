"""What is offered: a course of a school or a master, its sections and their weekly times."""

from django.db import models
from django.db.models import F, Q


class Offer(models.Model):
    """A course that pupils of other classes, and of other schools, may choose."""

    class Kind(models.TextChoices):
        CLUB = "club", "社团课"
        ELECTIVE = "elective", "选修课"
        FUSION = "fusion", "融合课程"
        SUBJECT = "subject", "选考科目"

    class Form(models.TextChoices):
        ONLINE = "online", "线上融合"
        OFFLINE = "offline", "到校上课"

    class Reach(models.TextChoices):
        SCHOOL = "school", "本校学生"
        REGION = "region", "各校学生"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待校长审核"
        PUBLISHED = "published", "已发布"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已停开"

    term = models.ForeignKey("timetable.Term", on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="offers"
    )
    teacher = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="offers")
    title = models.CharField("课程名称", max_length=30)
    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.CLUB)
    form = models.CharField("上课方式", max_length=8, choices=Form, default=Form.OFFLINE)
    reach = models.CharField("面向", max_length=8, choices=Reach, default=Reach.REGION)
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT, related_name="+")
    grades = models.ManyToManyField("curriculum.Grade", related_name="+")
    summary = models.TextField("课程介绍", max_length=600)
    prerequisites = models.CharField("学习基础", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField("退回或停开原因", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间")
    decided_at = models.DateTimeField("审核时间", null=True)
    decided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "选课课程"
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["term", "school", "title"], name="offer_once")
        ]
        indexes = [models.Index(fields=["term", "state"], name="offer_menu")]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A section (教学班) of an offer with its seats; `course` once it is taught."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField("班号")
    teacher = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="sections")
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    seats = models.PositiveSmallIntegerField("名额")
    reserved = models.PositiveSmallIntegerField("本校预留", default=0)
    course = models.OneToOneField(
        "timetable.Course", on_delete=models.PROTECT, null=True, related_name="section"
    )

    class Meta:
        verbose_name = "教学班"
        ordering = ["offer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "number"], name="section_once"),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("seats")), name="section_reserved_of_seats"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer.title}（{self.number}）班"


class SectionTime(models.Model):
    """A weekly time of a section, on the clock: schools ring different bells."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="times")
    weekday = models.PositiveSmallIntegerField("周几")
    starts = models.TimeField("开始")
    ends = models.TimeField("结束")

    class Meta:
        verbose_name = "上课时间"
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="section_time_in_order")
        ]
