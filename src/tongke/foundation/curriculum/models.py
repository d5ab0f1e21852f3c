"""Subjects, grades, textbooks, units and key points with their prerequisites."""

from django.db import models
from django.db.models import F, Q


class Subject(models.Model):
    """A subject with its national code."""

    code = models.CharField("代码", max_length=8, primary_key=True)
    name = models.CharField("名称", max_length=20, unique=True)
    short = models.CharField("简称", max_length=4)
    position = models.PositiveSmallIntegerField("排序")
    source = models.CharField("来源", max_length=60, blank=True)
    confirmed = models.BooleanField("已核实", default=False)

    class Meta:
        verbose_name = "学科"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Grade(models.Model):
    """A grade with its code and stage: 11–16 primary, 21–23 junior, 31–33 senior."""

    code = models.CharField("代码", max_length=4, primary_key=True)
    name = models.CharField("名称", max_length=10)
    stage_code = models.CharField("学段", max_length=4)
    stage_name = models.CharField("学段名称", max_length=10)
    position = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = "年级"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Textbook(models.Model):
    """One volume of one edition."""

    code = models.CharField("代码", max_length=30, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="textbooks")
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="textbooks")
    volume = models.CharField("册次", max_length=10)
    edition = models.CharField("版本", max_length=30)

    class Meta:
        verbose_name = "教材"
        ordering = ["subject__position", "grade__position", "volume"]

    def __str__(self) -> str:
        return f"{self.subject.name} {self.grade.name}{self.volume}（{self.edition}）"


class Unit(models.Model):
    """A unit of a textbook, in teaching order."""

    textbook = models.ForeignKey(Textbook, on_delete=models.PROTECT, related_name="units")
    code = models.CharField("代码", max_length=40, unique=True)
    seq = models.PositiveSmallIntegerField("序号")
    title = models.CharField("标题", max_length=60)
    periods = models.PositiveSmallIntegerField("建议课时", default=4)

    class Meta:
        verbose_name = "单元"
        ordering = ["textbook", "seq"]
        constraints = [models.UniqueConstraint(fields=["textbook", "seq"], name="unit_once")]

    def __str__(self) -> str:
        return self.title


class KeyPoint(models.Model):
    """A point of knowledge or skill that is taught, practised and diagnosed by itself."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="key_points")
    code = models.CharField("代码", max_length=50, unique=True)
    seq = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=60)
    after = models.ManyToManyField(
        "self", through="Prerequisite", symmetrical=False, related_name="before"
    )

    class Meta:
        verbose_name = "知识点"
        ordering = ["unit__seq", "seq"]

    def __str__(self) -> str:
        return self.title


class Prerequisite(models.Model):
    """`earlier` should be known before `later`."""

    later = models.ForeignKey(KeyPoint, on_delete=models.CASCADE, related_name="prerequisites")
    earlier = models.ForeignKey(KeyPoint, on_delete=models.CASCADE, related_name="opens")

    class Meta:
        verbose_name = "先后关系"
        constraints = [
            models.UniqueConstraint(fields=["later", "earlier"], name="prerequisite_once"),
            models.CheckConstraint(
                condition=~Q(later=F("earlier")), name="prerequisite_not_itself"
            ),
        ]
