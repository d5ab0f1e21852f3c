"""Communities of schools: virtual school, consortia, and who belongs to them."""

from django.db import models
from django.db.models import F, Q


class Community(models.Model):
    """A virtual school or a teaching consortium; types are a list of the region profile."""

    kind = models.CharField("类型", max_length=20, help_text="profile code: virtual, consortium …")
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    owner = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="所属机构"
    )
    pattern = models.CharField("结对方式", max_length=20, blank=True)
    purpose = models.CharField("说明", max_length=200, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        verbose_name = "共同体"
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="community_dates"
            ),
            models.UniqueConstraint(fields=["kind", "name"], name="community_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A school's dated place in a community: centre or listening."""

    class Side(models.TextChoices):
        CENTRE = "centre", "中心校（主讲）"
        LISTENING = "listening", "听讲校（点）"
        MEMBER = "member", "成员"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="memberships"
    )
    side = models.CharField("身份", max_length=10, choices=Side)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        verbose_name = "成员"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "organisation"],
                condition=Q(until=None),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(until=None, side="centre"),
                name="membership_one_centre",
            ),
        ]


class RuleItem(models.Model):
    """One item of the virtual school's unified management: text, who is responsible, status."""

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        RUNNING = "running", "执行中"
        PAUSED = "paused", "暂停"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="rule_items")
    code = models.CharField("项目", max_length=20)
    text = models.TextField("规则")
    responsible = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "统一管理事项"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["community", "code"], name="rule_item_once")]
