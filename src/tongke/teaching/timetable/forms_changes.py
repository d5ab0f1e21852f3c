"""Forms of absences, day changes and suspended days."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.timetable.forms import DateInput
from tongke.teaching.timetable.models import Absence

PERIODS = range(1, 13)
_SINCE = [("", "从第一节"), *((n, f"第 {n} 节起") for n in PERIODS)]
_UNTIL = [("", "到最后一节"), *((n, f"到第 {n} 节") for n in PERIODS)]


def _period(label: str, choices: Iterable[tuple[Any, str]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=False, choices=list(choices)
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg] # not subscriptable at run time
    """A teacher by name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name, and the number where names repeat."""
        return f"{obj.name}（{obj.number}）"


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and why."""

    teacher = PersonField(Person.objects.none(), label="教师", empty_label="请选择")
    kind = forms.ChoiceField(label="类别", choices=Absence.Kind.choices)
    since = forms.DateField(label="开始日期", widget=DateInput())
    from_seq = _period("从第几节", _SINCE)
    until = forms.DateField(label="结束日期", widget=DateInput())
    until_seq = _period("到第几节", _UNTIL)
    reason = forms.CharField(
        label="事由", max_length=180, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="只有本人和本校教务能看到。",
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[Person], own: bool, **kwargs: Any) -> None:
        """Offer the colleagues; for oneself there is nothing to choose."""
        super().__init__(*args, **kwargs)
        if own:
            del self.fields["teacher"]
        else:
            field = self.fields["teacher"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people

    def clean(self) -> dict[str, Any]:
        """The end does not lie before the beginning."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "结束日期不能早于开始日期。")
        return cleaned


class SuspensionForm(forms.Form):
    """Where, when and why there are no lessons, and when they are made up."""

    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        Organisation.objects.none(), label="范围", empty_label=None
    )
    alone = forms.BooleanField(
        label="只停本校", required=False, help_text="不勾选时，下属教学点一起停课。"
    )
    day = forms.DateField(label="停课日期", widget=DateInput())
    from_seq = _period("从第几节", _SINCE)
    until_seq = _period("到第几节", _UNTIL)
    reason = forms.CharField(label="原因", max_length=100, help_text="如：大雪、校运动会。")
    make_up_on = forms.DateField(
        label="补课日期", widget=DateInput(), required=False,
        help_text="可不填。补课那天按停课那天的课表上课，要选没有课的日子。",
    )  # fmt: skip

    def __init__(self, *args: Any, places: QuerySet[Organisation], **kwargs: Any) -> None:
        """Offer what the actor answers for."""
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
