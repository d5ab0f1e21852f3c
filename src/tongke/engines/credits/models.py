"""The ledger: entries are added and reversed, never changed."""

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One line of the ledger: who, how much, for what, by which version of which rule."""

    book = models.CharField("账簿", max_length=20, help_text="workload, hours, points …")
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="ledger", verbose_name="人员"
    )
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    amount = models.DecimalField("数量", max_digits=9, decimal_places=2)
    unit = models.CharField("单位", max_length=8)
    rule = models.CharField("规则", max_length=40)
    rule_version = models.CharField("规则版本", max_length=20)
    formula = models.CharField("算式", max_length=200)
    source_type = models.CharField("来源", max_length=40)
    source_id = models.BigIntegerField("来源编号")
    source_label = models.CharField("来源说明", max_length=120)
    key = models.CharField(max_length=160, unique=True)
    occurred_on = models.DateField("发生日期")
    at = models.DateTimeField("入账时间")
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    reason = models.CharField("冲销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "台账条目"
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reason=""), name="entry_reversal_has_reason"
            )
        ]
        indexes = [
            models.Index(fields=["book", "person", "occurred_on"], name="entry_person"),
            models.Index(fields=["source_type", "source_id"], name="entry_source"),
            # Each answers its question without a look at the rows themselves: which lines stand
            # on a page, and what the lines of each person come to, also while one searches.
            models.Index(
                fields=["-occurred_on", "-id", "organisation", "person"], name="entry_page"
            ),
            models.Index(
                fields=["organisation", "person", "occurred_on", "amount", "source_label"],
                name="entry_sums",
            ),
            # Nearly every line has no `reverses`; without this SQLite reads them all instead.
            models.Index(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="entry_reversal"
            ),
        ]
