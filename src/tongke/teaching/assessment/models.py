"""The item bank: objective items of key points."""

from django.db import models


class Item(models.Model):
    """One objective item with its answer and explanation."""

    class Kind(models.TextChoices):
        SINGLE = "single", "单选题"
        MULTIPLE = "multiple", "多选题"
        TRUE_FALSE = "true_false", "判断题"
        NUMBER = "number", "数字题"
        BLANK = "blank", "填空题"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        READY = "ready", "可用"
        RETIRED = "retired", "停用"

    code = models.CharField("代码", max_length=60, unique=True)
    kind = models.CharField("题型", max_length=12, choices=Kind)
    stem = models.TextField("题干")
    options = models.JSONField("选项", default=list, help_text="texts in the order A, B, C …")
    answer = models.JSONField("答案", help_text="letters, or accepted texts, or a number's text")
    points = models.PositiveSmallIntegerField("分值", default=2)
    difficulty = models.PositiveSmallIntegerField("难度", default=3)
    explanation = models.TextField("解析", blank=True)
    key_point = models.ForeignKey(
        "curriculum.KeyPoint", on_delete=models.PROTECT, related_name="items"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.READY)
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "试题"
        ordering = ["key_point", "code"]
        indexes = [models.Index(fields=["key_point", "state"], name="item_point")]
