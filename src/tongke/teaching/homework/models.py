"""Homework of a lesson: items, submissions, responses."""

from django.db import models
from django.db.models import F, Q


class Homework(models.Model):
    """Objective items set to the classes of one lesson."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "已布置"
        CLOSED = "closed", "已截止"

    lesson = models.ForeignKey(
        "timetable.Lesson", on_delete=models.PROTECT, related_name="homework"
    )
    title = models.CharField("标题", max_length=80)
    set_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField("预计分钟")
    due_at = models.DateTimeField("截止时间")
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField("建立时间")
    opened_at = models.DateTimeField("布置时间", null=True)

    class Meta:
        verbose_name = "作业"
        indexes = [models.Index(fields=["state", "due_at"], name="homework_due")]

    def __str__(self) -> str:
        return self.title


class HomeworkClass(models.Model):
    """A class that has the homework to do."""

    homework = models.ForeignKey(Homework, on_delete=models.CASCADE, related_name="classes")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="homework"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["homework", "school_class"], name="homework_class_once")
        ]


class HomeworkItem(models.Model):
    """An item of the bank at its place in the homework."""

    homework = models.ForeignKey(Homework, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey("assessment.Item", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveSmallIntegerField("题号")
    points = models.PositiveSmallIntegerField("分值")

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["homework", "seq"], name="homework_item_seq"),
            models.UniqueConstraint(fields=["homework", "item"], name="homework_item_once"),
        ]


class Submission(models.Model):
    """One pupil's homework, from the first saved answer to the mark."""

    class State(models.TextChoices):
        DOING = "doing", "作答中"
        SUBMITTED = "submitted", "已提交"
        MARKED = "marked", "已批改"

    homework = models.ForeignKey(Homework, on_delete=models.PROTECT, related_name="submissions")
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="homework")
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DOING)
    started_at = models.DateTimeField("开始时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    points = models.FloatField("得分", null=True)
    full_points = models.FloatField("满分", null=True)
    entered_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name="代录教师",
    )  # fmt: skip

    class Meta:
        verbose_name = "作业提交"
        constraints = [
            models.UniqueConstraint(fields=["homework", "pupil"], name="submission_once"),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0, points__lte=F("full_points")),
                name="submission_points",
            ),
        ]
        indexes = [models.Index(fields=["homework", "school_class"], name="submission_class")]

    @property
    def late(self) -> bool:
        """Whether it was handed in after its time; costs no query when `homework` is there."""
        return self.submitted_at is not None and self.submitted_at > self.homework.due_at


class Response(models.Model):
    """The answer to one item, its mark with the reason, and a teacher's overruling."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="responses")
    homework_item = models.ForeignKey(HomeworkItem, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField("作答", default=list)
    saved_at = models.DateTimeField("保存时间")
    points = models.FloatField("得分", null=True)
    correct = models.BooleanField("正确", null=True)
    reason = models.CharField("判分说明", max_length=200, blank=True)
    overruled_points = models.FloatField("改判得分", null=True)
    overruled_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    overruled_reason = models.CharField("改判理由", max_length=200, blank=True)
    overruled_at = models.DateTimeField("改判时间", null=True)

    class Meta:
        verbose_name = "作答"
        constraints = [
            models.UniqueConstraint(fields=["submission", "homework_item"], name="response_once")
        ]
