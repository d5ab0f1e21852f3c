"""Forms of communities."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from tongke.core.profile import current
from tongke.engines.communities.models import Membership, RuleItem
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.foundation.people.models import Organisation, Person


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        """Values travel as ISO dates."""
        super().__init__(format="%Y-%m-%d")


class CommunityForm(forms.Form):
    """What a consortium is called and how its schools belong together."""

    name = forms.CharField(label="名称", max_length=60)
    pattern = forms.ChoiceField(label="结对方式")
    purpose = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the patterns of the region."""
        super().__init__(*args, **kwargs)
        patterns = [(each.code, each.name) for each in current(CommunitiesProfile).patterns]
        self.fields["pattern"].choices = patterns  # type: ignore[attr-defined]


class NewConsortiumForm(CommunityForm):
    """A new consortium, with its centre and first listening schools at once."""

    since = forms.DateField(label="成立日期", widget=DateInput())
    centre: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        Organisation.objects.none(), label="中心校（主讲）", empty_label="请选择"
    )
    listening: "forms.ModelMultipleChoiceField[Organisation]" = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label="听讲校（点）", required=False,
        help_text="按住 Ctrl 可以多选，以后也能再加入。",
    )  # fmt: skip

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        """Offer the schools of the officer's region."""
        super().__init__(*args, **kwargs)
        for name in ("centre", "listening"):
            self.fields[name].queryset = schools  # type: ignore[attr-defined]
        self.fields["listening"].widget.attrs["size"] = 8

    def clean(self) -> dict[str, Any]:
        """The centre does not listen to itself."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("centre") in (cleaned.get("listening") or []):
            self.add_error("listening", "中心校不用再选为听讲校。")
        return cleaned


class JoinForm(forms.Form):
    """A school that joins."""

    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        Organisation.objects.none(), label="学校", empty_label="请选择"
    )
    side = forms.ChoiceField(label="身份", choices=Membership.Side.choices[:2])
    since = forms.DateField(label="加入日期", widget=DateInput())

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        """Offer the schools of the officer's region."""
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = schools  # type: ignore[attr-defined]


class UntilForm(forms.Form):
    """The last day of something."""

    until = forms.DateField(label="最后一天", widget=DateInput(), help_text="这一天仍算在内。")


class RuleForm(forms.Form):
    """One item of the unified management."""

    text = forms.CharField(
        label="规则", widget=forms.Textarea({"rows": 6}), required=False, max_length=4000
    )
    responsible: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        Person.objects.none(), label="责任人", required=False, empty_label="未定"
    )
    state = forms.ChoiceField(label="状态", choices=RuleItem.State.choices)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        """Offer those who can answer for it."""
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]
