"""What takes the place of a lesson for pupils at home, and how each pupil fares with it."""

from django.db import models


class StandIn(models.Model):
    """What a class learns at home in one period of one day."""

    class Kind(models.TextChoices):
        LIVE = "live", "在线直播课"
        POINT = "point", "本课知识点资源"
        UNIT = "unit", "本单元资源"
        REVIEW = "review", "复习资源"
        PRACTICE = "practice", "课本和练习"
        TASK = "task", "居家任务"
        CHOSEN = "chosen", "老师指定资源"
        LINK = "link", "老师指定链接"
        NONE = "none", "待老师安排"

    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="stand_ins"
    )
    day = models.DateField("日期")
    seq = models.PositiveSmallIntegerField("节次")
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT, related_name="+")
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="stand_ins"
    )
    lesson = models.ForeignKey(
        "timetable.Lesson", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    unit = models.ForeignKey(
        "curriculum.Unit", on_delete=models.PROTECT, null=True, related_name="+"
    )
    kind = models.CharField("安排", max_length=8, choices=Kind)
    resource = models.ForeignKey(
        "library.Resource", on_delete=models.PROTECT, null=True, related_name="+"
    )
    link = models.URLField("链接", max_length=400, blank=True)
    why = models.CharField("依据", max_length=120, blank=True)
    task = models.CharField("任务", max_length=300, blank=True)
    items = models.JSONField("练习", default=list, help_text="ids of items of the bank, in order")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "替课安排"
        constraints = [
            models.UniqueConstraint(fields=["school_class", "day", "seq"], name="stand_in_once")
        ]
        indexes = [models.Index(fields=["teacher", "day"], name="stand_in_teacher")]

    @property
    def settled(self) -> bool:
        """Whether there is something to learn with."""
        return self.kind != self.Kind.NONE

    @property
    def by_teacher(self) -> bool:
        """Whether a teacher's choice stands instead of the platform's."""
        return self.kind in {self.Kind.CHOSEN, self.Kind.LINK}


class Choice(models.Model):
    """A teacher's word on a stand-in, with what it replaced; rows are kept."""

    stand_in = models.ForeignKey(StandIn, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField("安排", max_length=8, choices=StandIn.Kind)
    resource = models.ForeignKey(
        "library.Resource", on_delete=models.PROTECT, null=True, related_name="+"
    )
    link = models.URLField("链接", max_length=400, blank=True)
    task = models.CharField("任务", max_length=300, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    before = models.JSONField("原安排", default=dict)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    withdrawn_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "替课改动"
        ordering = ["-at", "-pk"]


class Study(models.Model):
    """One pupil at one stand-in: opened, done, practice, a question and its answer."""

    stand_in = models.ForeignKey(StandIn, on_delete=models.PROTECT, related_name="studies")
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="studies")
    drill = models.BooleanField("演练", default=False)
    opened_at = models.DateTimeField("打开时间")
    done_at = models.DateTimeField("完成时间", null=True)
    answers = models.JSONField("作答", default=dict, help_text="item id → answer, points, reason")
    answered_at = models.DateTimeField("作答时间", null=True)
    question = models.CharField("提问", max_length=200, blank=True)
    asked_at = models.DateTimeField("提问时间", null=True)
    reply = models.CharField("答复", max_length=300, blank=True)
    replied_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    replied_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "在家学习"
        constraints = [models.UniqueConstraint(fields=["stand_in", "pupil"], name="study_once")]
        indexes = [models.Index(fields=["pupil", "-opened_at"], name="study_pupil")]
