"""Computed values of indicators; the rows behind them lie in the lake."""

from django.db import models


class Snapshot(models.Model):
    """One computation of all indicators over the extracts of one moment."""

    as_of = models.DateTimeField("截至")
    folder = models.CharField(max_length=80, help_text="under the lake folder")
    seconds = models.FloatField("耗时（秒）")
    rows = models.PositiveIntegerField("行数")

    class Meta:
        verbose_name = "计算批次"
        ordering = ["-as_of"]


class IndicatorValue(models.Model):
    """The value of one indicator for one organisation in one period, of one snapshot."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="values")
    indicator = models.CharField("指标", max_length=40)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.CASCADE)
    period = models.CharField("期间", max_length=20, help_text="term code, or term code + week")
    numerator = models.FloatField("分子")
    denominator = models.FloatField("分母")

    class Meta:
        verbose_name = "指标值"
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "indicator", "organisation", "period"], name="value_once"
            )
        ]
