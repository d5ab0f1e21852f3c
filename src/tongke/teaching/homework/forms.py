"""Forms of homework."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from tongke.core.profile import current
from tongke.teaching.assessment.models import Item
from tongke.teaching.homework.models import Homework
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services.assignments import Plan


class HomeworkForm(forms.Form):
    """Title, minutes, due time and the chosen items."""

    title = forms.CharField(label="标题", max_length=80)
    minutes = forms.IntegerField(
        label="预计用时（分钟）", min_value=1, max_value=120,
        help_text="与当天其他作业合计，不超过区域规定的总量",
    )  # fmt: skip
    due_at = forms.DateTimeField(
        label="截止时间",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    items = forms.ModelMultipleChoiceField(
        label="题目", queryset=Item.objects.none(), required=False
    )

    def __init__(self, *args: Any, bank: Any, homework: Homework | None = None, **kw: Any) -> None:
        """Fill with the homework, or with the region's defaults."""
        if homework is None:
            profile = current(HomeworkProfile)
            due = timezone.localtime() + timedelta(hours=profile.default_due_hours)
            initial: dict[str, Any] = {
                "minutes": profile.default_minutes,
                "due_at": due.replace(minute=0, second=0, microsecond=0),
            }
        else:
            initial = {"title": homework.title, "minutes": homework.minutes,
                       "due_at": timezone.localtime(homework.due_at)}  # fmt: skip
        kw["initial"] = {**initial, **kw.get("initial", {})}
        super().__init__(*args, **kw)
        self.fields["items"].queryset = bank  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        """What was filled in, items in the order of the bank page."""
        filled = self.cleaned_data
        items = filled["items"].order_by("key_point__unit__seq", "key_point__seq", "code")
        due: datetime = filled["due_at"]
        return Plan(title=filled["title"], minutes=filled["minutes"], due_at=due, items=list(items))


class OverruleForm(forms.Form):
    """New points and the reason."""

    points = forms.FloatField(label="改判得分", min_value=0)
    reason = forms.CharField(label="理由", max_length=200)
