"""Forms of continuity."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from tongke.engines.library.models import Resource
from tongke.foundation.curriculum import queries as curriculum
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.continuity.models import HomeTeaching, Leave, Visit
from tongke.teaching.continuity.services.choosing import Wanted
from tongke.teaching.continuity.services.emergencies import NewEmergency
from tongke.teaching.continuity.services.homes import NewHome
from tongke.teaching.continuity.services.leaves import NewLeave
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, weekday_name

SEQS = [(number, f"第 {number} 节") for number in range(1, 13)]


class _DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        """Values travel as ISO dates."""
        super().__init__(format="%Y-%m-%d")


class _TimeInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        """Values travel as hours and minutes."""
        super().__init__(format="%H:%M")


def _first() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label="首日从第几节起", choices=SEQS, coerce=int, initial=1)


def _last() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="末日到第几节", choices=[("", "全天"), *SEQS], coerce=int, required=False,
        empty_value=None,
    )  # fmt: skip


if TYPE_CHECKING:
    _Organisations = forms.ModelMultipleChoiceField[Organisation]
else:
    _Organisations = forms.ModelMultipleChoiceField


class _Scope(_Organisations):
    """Subtrees to choose from, with the level they stand on."""

    def label_from_instance(self, obj: Any) -> str:
        """A region as a whole, a school by its name."""
        return f"{obj.name}（全部学校）" if obj.kind == Organisation.Kind.REGION else obj.name


class EmergencyForm(forms.Form):
    """What an emergency or a drill is, for whom, from when to when."""

    title = forms.CharField(label="名称", max_length=40, help_text="如：暴雪停课、校舍检修。")
    reason = forms.CharField(
        label="原因和要求", max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会写进给师生和家长的消息。",
    )  # fmt: skip
    drill = forms.ChoiceField(
        label="性质", choices=[("", "正式停课"), ("1", "演练（不计考勤、成绩和学分）")],
        required=False, widget=forms.RadioSelect, initial="",
    )  # fmt: skip
    organisations = _Scope(
        label="范围", queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple, help_text="选上级就包括它下面的全部学校。",
    )  # fmt: skip
    grades = forms.MultipleChoiceField(
        label="年级", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="不选表示全部年级。",
    )  # fmt: skip
    starts_on = forms.DateField(label="开始日期", widget=_DateInput())
    first_seq = _first()
    ends_on = forms.DateField(label="结束日期", widget=_DateInput())
    last_seq = _last()

    def __init__(
        self, *args: Any, scopes: QuerySet[Organisation], grades: Collection[str], **kwargs: Any
    ) -> None:
        """Offer the subtrees of the actor and the grades taught there."""
        super().__init__(*args, **kwargs)
        field = self.fields["organisations"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = scopes
        taught = self.fields["grades"]
        assert isinstance(taught, forms.MultipleChoiceField)
        taught.choices = [each for each in curriculum.grade_choices() if each[0] in grades]

    def new(self) -> NewEmergency:
        """What the valid form says."""
        data = self.cleaned_data
        return NewEmergency(
            title=data["title"], reason=data["reason"], organisations=list(data["organisations"]),
            starts_on=data["starts_on"], first_seq=data["first_seq"], ends_on=data["ends_on"],
            last_seq=data["last_seq"], grades=data["grades"], drill=bool(data["drill"]),
        )  # fmt: skip


class CloseForm(forms.Form):
    """From which period classes are back, and why."""

    back_on = forms.DateField(label="从哪天起到校", widget=_DateInput())
    back_seq = forms.TypedChoiceField(label="从第几节起", choices=SEQS, coerce=int, initial=1)
    reason = forms.CharField(label="说明", max_length=200, help_text="会写进给师生和家长的消息。")


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ChooseForm(forms.Form):
    """A resource or a link instead of what the platform found."""

    resource: "forms.ModelChoiceField[Resource]" = forms.ModelChoiceField(
        label="资源", queryset=Resource.objects.none(), required=False, empty_label="不用资源库"
    )
    link = forms.URLField(
        label="或者一个链接", max_length=400, required=False, assume_scheme="https",
        help_text="直播间、国家平台课程等网页的地址。",
    )  # fmt: skip
    task = forms.CharField(
        label="任务", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    note = forms.CharField(label="为什么换", max_length=80, required=False)

    def __init__(self, *args: Any, resources: QuerySet[Resource], **kwargs: Any) -> None:
        """Offer published resources, those of the subject and grade first."""
        super().__init__(*args, **kwargs)
        field = self.fields["resource"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = resources

    def wanted(self) -> Wanted:
        """What the valid form says."""
        data = self.cleaned_data
        return Wanted(
            resource=data["resource"], link=data["link"], task=data["task"], note=data["note"]
        )


class LeaveForm(forms.Form):
    """Who is away, from when to when, and why."""

    pupil: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label="学生", queryset=Person.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label="类型", choices=Leave.Kind.choices, widget=forms.RadioSelect)
    starts_on = forms.DateField(label="开始日期", widget=_DateInput())
    first_seq = _first()
    ends_on = forms.DateField(label="结束日期", widget=_DateInput())
    last_seq = _last()
    reason = forms.CharField(
        label="事由", max_length=200, required=False,
        help_text="加密保存，只有班主任和校长看得到。",
    )  # fmt: skip
    medical = forms.CharField(
        label="健康说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="如需老师注意才填；加密保存，只有班主任和校长看得到，每次查看都有记录。",
    )  # fmt: skip

    def __init__(self, *args: Any, pupils: QuerySet[Person], **kwargs: Any) -> None:
        """Offer the pupils of the actor."""
        super().__init__(*args, **kwargs)
        field = self.fields["pupil"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = pupils

    def new(self) -> NewLeave:
        """What the valid form says."""
        return NewLeave(**self.cleaned_data)


class HomeForm(forms.Form):
    """Who is taught at home, by whom, when."""

    pupil: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label="学生", queryset=Person.objects.none()
    )
    teacher: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label="送教教师", queryset=Person.objects.none()
    )
    since = forms.DateField(label="起", widget=_DateInput())
    until = forms.DateField(label="止", widget=_DateInput(), required=False)
    weekday = forms.TypedChoiceField(
        label="每周上门日", coerce=int, choices=[(n, weekday_name(n)) for n in SCHOOL_DAYS]
    )
    visit_at = forms.TimeField(label="上门时间", widget=_TimeInput())
    minutes = forms.IntegerField(label="每次分钟", min_value=20, max_value=240, initial=60)
    plan = forms.CharField(
        label="教学安排", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    medical = forms.CharField(
        label="健康说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="加密保存，只有送教教师、班主任和校长看得到，每次查看都有记录。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, pupils: QuerySet[Person], teachers: QuerySet[Person],
        home: HomeTeaching | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Offer the school's pupils and teachers; a pupil is not changed afterwards."""
        if home is not None:
            names = (
                "teacher",
                "since",
                "until",
                "weekday",
                "visit_at",
                "minutes",
                "plan",
                "medical",
            )
            kwargs.setdefault("initial", {name: getattr(home, name) for name in names})
        super().__init__(*args, **kwargs)
        for name, rows in (("pupil", pupils), ("teacher", teachers)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if home is not None:
            del self.fields["pupil"]
        self.home = home

    def new(self) -> NewHome:
        """What the valid form says."""
        pupil = self.home.pupil if self.home else self.cleaned_data["pupil"]
        return NewHome(**{**self.cleaned_data, "pupil": pupil})


class VisitForm(forms.Form):
    """What came of a visit."""

    state = forms.ChoiceField(
        label="结果", choices=[(Visit.State.HELD, "已上门"), (Visit.State.MISSED, "未上门")]
    )
    minutes = forms.IntegerField(label="分钟", min_value=0, max_value=300, required=False)
    note = forms.CharField(label="记录", max_length=300, required=False)


class DayForm(forms.Form):
    """One day."""

    day = forms.DateField(label="日期", widget=_DateInput())
