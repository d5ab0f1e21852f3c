"""Learning records, mastery estimates, overrulings and recommendations."""

from django.db import models
from django.db.models import Q


class LearningRecord(models.Model):
    """One act of teaching or learning, pushed by its producer; never changed.

    Shape of an xAPI statement: actor, verb, object, result, context. `key` makes it idempotent.
    """

    key = models.CharField(max_length=160, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="records")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, null=True, related_name="+"
    )
    verb = models.CharField("动作", max_length=20)
    object_type = models.CharField("对象", max_length=40)
    object_id = models.BigIntegerField("对象编号")
    lesson_id = models.BigIntegerField("课次", null=True, db_index=True)
    key_point = models.ForeignKey(
        "curriculum.KeyPoint", on_delete=models.PROTECT, null=True, related_name="+"
    )
    item_kind = models.CharField("题型", max_length=12, blank=True)
    difficulty = models.FloatField("难度", null=True, help_text="1 easy … 5 hard")
    share = models.FloatField("得分率", null=True, help_text="in [0, 1]; None when not scored")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField("时间")
    voided_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="voids"
    )

    class Meta:
        verbose_name = "学习记录"
        indexes = [
            models.Index(fields=["person", "key_point", "at"], name="record_person_point"),
            models.Index(fields=["object_type", "object_id"], name="record_object"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=0, share__lte=1), name="record_share"
            )
        ]


class Mastery(models.Model):
    """The present estimate of one pupil's mastery of one key point, with its uncertainty."""

    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="mastery")
    key_point = models.ForeignKey("curriculum.KeyPoint", on_delete=models.PROTECT)
    mean = models.FloatField("掌握度", null=True, help_text="P(right on a reference item)")
    low = models.FloatField("下限", null=True)
    high = models.FloatField("上限", null=True)
    evidence = models.PositiveIntegerField("题数")
    state = models.CharField("状态", max_length=10)
    version = models.CharField("算法版本", max_length=10)
    as_of = models.DateTimeField("截至")

    class Meta:
        verbose_name = "掌握度"
        constraints = [models.UniqueConstraint(fields=["pupil", "key_point"], name="mastery_once")]


class Overruling(models.Model):
    """A teacher's word against an estimate, with the reason; the newest one stands."""

    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="overrulings")
    key_point = models.ForeignKey("curriculum.KeyPoint", on_delete=models.PROTECT)
    state = models.CharField("改判为", max_length=10)
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "改判"
        indexes = [models.Index(fields=["pupil", "key_point", "-at"], name="overruling_now")]


class Recommendation(models.Model):
    """A resource proposed to a pupil for a weak key point, why, and what became of it."""

    class State(models.TextChoices):
        OPEN = "open", "待学"
        STARTED = "started", "学习中"
        DONE = "done", "已学"
        KNOWN = "known", "学生说已会"
        ASKED = "asked", "问老师"
        ANSWERED = "answered", "老师已答"
        WITHDRAWN = "withdrawn", "已撤回"

    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="advice")
    key_point = models.ForeignKey("curriculum.KeyPoint", on_delete=models.PROTECT)
    resource_id = models.BigIntegerField("资源")
    title = models.CharField("标题", max_length=80)
    minutes = models.PositiveSmallIntegerField("分钟")
    reason = models.CharField("理由", max_length=200)
    source_key = models.CharField(max_length=120)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    note = models.CharField("附言", max_length=200, blank=True)
    at = models.DateTimeField("时间")
    changed_at = models.DateTimeField("更新时间", null=True)
    reply = models.CharField("老师回复", max_length=200, blank=True)
    replied_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "推荐"
        constraints = [
            models.UniqueConstraint(
                fields=["pupil", "key_point", "source_key"], name="recommendation_once"
            )
        ]
        indexes = [models.Index(fields=["pupil", "state", "-at"], name="recommendation_open")]
