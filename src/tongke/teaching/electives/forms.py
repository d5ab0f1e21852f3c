"""Forms of course choice."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.electives.models import Offer, Round, Section
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.services.offers import OfferText, SectionPlan
from tongke.teaching.electives.services.rounds import RoundPlan
from tongke.teaching.electives.services.sectioning import Limits
from tongke.teaching.timetable.models import Listener
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, weekday_name

TIME_ROWS = 3


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        """Values travel as ISO dates."""
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own field of date and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        """Values travel without seconds."""
        super().__init__(format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        """Values travel as hours and minutes."""
        super().__init__(format="%H:%M")


class OfferForm(forms.Form):
    """What a course is, and for whom."""

    title = forms.CharField(label="课程名称", max_length=30)
    kind = forms.ChoiceField(label="类型", choices=Offer.Kind.choices)
    form = forms.ChoiceField(label="上课方式", choices=Offer.Form.choices)
    reach = forms.ChoiceField(label="面向", choices=Offer.Reach.choices, initial="region")
    subject = forms.ModelChoiceField(Subject.objects.none(), label="所属学科")
    grades = forms.ModelMultipleChoiceField(
        Grade.objects.none(), label="年级", widget=forms.CheckboxSelectMultiple
    )
    summary = forms.CharField(
        label="课程介绍", max_length=600, widget=forms.Textarea(attrs={"rows": 4})
    )
    prerequisites = forms.CharField(
        label="学习基础", max_length=120, required=False, help_text="没有要求可以不填。"
    )

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        """Show what the offer says now."""
        super().__init__(*args, **kwargs)
        subjects, grades = self.fields["subject"], self.fields["grades"]
        assert isinstance(subjects, forms.ModelChoiceField)
        assert isinstance(grades, forms.ModelMultipleChoiceField)
        subjects.queryset, grades.queryset = Subject.objects.all(), Grade.objects.all()
        if offer is not None:
            for name in ("title", "kind", "form", "reach", "summary", "prerequisites"):
                self.fields[name].initial = getattr(offer, name)
            subjects.initial = offer.subject_id
            grades.initial = list(offer.grades.values_list("pk", flat=True))

    def text(self) -> OfferText:
        """The offer as the service takes it."""
        data = self.cleaned_data
        return OfferText(**{**data, "grades": list(data["grades"])})


class SectionForm(forms.Form):
    """A section: teacher, room, seats, and up to three weekly times."""

    teacher = forms.ModelChoiceField(Person.objects.none(), label="任课教师")
    room = forms.ModelChoiceField(
        Room.objects.none(), label="教室", required=False, empty_label="不固定"
    )
    seats = forms.IntegerField(label="名额", min_value=1, max_value=300, initial=30)
    reserved = forms.IntegerField(
        label="本校预留", min_value=0, max_value=300, initial=0,
        help_text="先满足本校学生的名额，其余向各校开放。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, teachers: QuerySet[Person], rooms: QuerySet[Room],
        section: Section | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Offer the school's teachers and rooms; show what the section has now."""
        super().__init__(*args, **kwargs)
        for name, rows in (("teacher", teachers), ("room", rooms)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        known = list(section.times.all()) if section else []
        if section is not None:
            for name in ("teacher", "room", "seats", "reserved"):
                self.fields[name].initial = getattr(section, name)
        days = [("", "不上课"), *((n, weekday_name(n)) for n in SCHOOL_DAYS)]
        for row in range(1, TIME_ROWS + 1):
            one = known[row - 1] if row <= len(known) else None
            self.fields[f"weekday_{row}"] = forms.TypedChoiceField(
                label=f"时间 {row}：周几", choices=days, coerce=int, empty_value=None,
                required=False, initial=one.weekday if one else None,
            )  # fmt: skip
            for side, label in (("starts", "开始"), ("ends", "结束")):
                self.fields[f"{side}_{row}"] = forms.TimeField(
                    label=label, required=False, widget=TimeInput(),
                    initial=getattr(one, side) if one else None,
                )  # fmt: skip

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows of times as the page draws them."""
        return [
            (self[f"weekday_{row}"], self[f"starts_{row}"], self[f"ends_{row}"])
            for row in range(1, TIME_ROWS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """A time has a day, a beginning and an end, or nothing of it."""
        data = super().clean() or {}
        self.times: list[tuple[int, time, time]] = []
        for row in range(1, TIME_ROWS + 1):
            one: list[Any] = [data.get(f"{n}_{row}") for n in ("weekday", "starts", "ends")]
            if all(one):
                self.times.append((one[0], one[1], one[2]))
            elif any(one):
                self.add_error(f"weekday_{row}", "周几、开始、结束要一起填。")
        return data

    def plan(self) -> SectionPlan:
        """The section as the service takes it."""
        data = self.cleaned_data
        return SectionPlan(
            teacher=data["teacher"], room=data["room"], seats=data["seats"],
            reserved=data["reserved"], times=self.times,
        )  # fmt: skip


class RoundForm(forms.Form):
    """A round: who, when, how many, by which lots."""

    title = forms.CharField(label="名称", max_length=40)
    scheme = forms.ChoiceField(
        label="方式", required=False, help_text="选科轮次由学生选科目，截止后编排走班教学班。"
    )
    grades = forms.ModelMultipleChoiceField(
        Grade.objects.none(), label="年级", widget=forms.CheckboxSelectMultiple
    )
    schools = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label="学校", widget=forms.CheckboxSelectMultiple
    )
    opens_at = forms.DateTimeField(label="开始选课", widget=MomentInput())
    closes_at = forms.DateTimeField(label="截止", widget=MomentInput())
    starts_on = forms.DateField(label="第一天上课", widget=DateInput())
    ends_on = forms.DateField(label="最后一天上课", widget=DateInput())
    least = forms.IntegerField(label="至少录取几门", min_value=0, max_value=6, initial=0)
    most = forms.IntegerField(label="最多录取几门", min_value=1, max_value=6, initial=1)
    public_source = forms.CharField(
        label="摇号所用的公开数", max_length=120,
        help_text="截止后才会公布、人人查得到的数，如次日气象台公布的最高和最低气温。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, schools: QuerySet[Organisation], schemes: Iterable[tuple[str, str]],
        round_: Round | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Offer the schools in reach; show what the round says now."""
        super().__init__(*args, **kwargs)
        for name, rows in (("grades", Grade.objects.all()), ("schools", schools)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = rows
        scheme = self.fields["scheme"]
        assert isinstance(scheme, forms.ChoiceField)
        scheme.choices = [("", "从菜单选课程"), *schemes]
        if round_ is None:
            return
        for name in ("title", "scheme", "starts_on", "ends_on", "least", "most", "public_source"):
            self.fields[name].initial = getattr(round_, name)
        for name in ("opens_at", "closes_at"):
            self.fields[name].initial = timezone.localtime(getattr(round_, name))
        for name in ("grades", "schools"):
            self.fields[name].initial = list(getattr(round_, name).values_list("pk", flat=True))

    def plan(self) -> RoundPlan:
        """The round as the service takes it."""
        data = self.cleaned_data
        return RoundPlan(
            **{**data, "grades": list(data["grades"]), "schools": list(data["schools"])}
        )


class ReasonForm(forms.Form):
    """A reason, for acts that need one."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class LimitsForm(forms.Form):
    """What a search for sections must keep."""

    school = forms.ModelChoiceField(Organisation.objects.none(), label="学校")
    bands = forms.IntegerField(label="时段数", min_value=2, max_value=6)
    least = forms.IntegerField(label="每班最少", min_value=1, max_value=60)
    most = forms.IntegerField(label="每班最多", min_value=1, max_value=60)
    rooms = forms.IntegerField(
        label="每时段教室", min_value=1, max_value=99, required=False, help_text="不填不限。"
    )

    def __init__(self, *args: Any, schools: QuerySet[Organisation], **kwargs: Any) -> None:
        """Offer the round's schools and the region's usual limits."""
        super().__init__(*args, **kwargs)
        field, profile = self.fields["school"], current(ElectivesProfile)
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = schools
        self.fields["bands"].initial = profile.bands
        self.fields["least"].initial = profile.section_least
        self.fields["most"].initial = profile.section_most

    def limits(self) -> Limits:
        """The limits as the service takes them."""
        data = self.cleaned_data
        return Limits(
            bands=data["bands"], least=data["least"], most=data["most"], rooms=data["rooms"]
        )


class BandsForm(forms.Form):
    """Two weekly times of each band."""

    def __init__(self, *args: Any, bands: int, **kwargs: Any) -> None:
        """Make the rows."""
        super().__init__(*args, **kwargs)
        self.bands = bands
        days = [("", "周几"), *((n, weekday_name(n)) for n in SCHOOL_DAYS)]
        for band in range(1, bands + 1):
            for turn in (1, 2):
                name = f"{band}_{turn}"
                first = turn == 1
                self.fields[f"weekday_{name}"] = forms.TypedChoiceField(
                    label=f"第 {band} 时段 第 {turn} 次", choices=days, coerce=int,
                    empty_value=None, required=first,
                )  # fmt: skip
                self.fields[f"starts_{name}"] = forms.TimeField(
                    label="开始", widget=TimeInput(), required=first
                )
                self.fields[f"ends_{name}"] = forms.TimeField(
                    label="结束", widget=TimeInput(), required=first
                )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows as the page draws them."""
        names = [f"{band}_{turn}" for band in range(1, self.bands + 1) for turn in (1, 2)]
        return [(self[f"weekday_{n}"], self[f"starts_{n}"], self[f"ends_{n}"]) for n in names]

    def times(self) -> list[list[tuple[int, time, time]]]:
        """The weekly times of each band."""
        data = self.cleaned_data
        return [
            [
                (data[f"weekday_{n}"], data[f"starts_{n}"], data[f"ends_{n}"])
                for n in (f"{band}_1", f"{band}_2")
                if data.get(f"weekday_{n}") and data.get(f"starts_{n}") and data.get(f"ends_{n}")
            ]
            for band in range(1, self.bands + 1)
        ]


class SideForm(forms.Form):
    """Who is with a listening class of a section, and where."""

    assistant = forms.ModelChoiceField(
        Person.objects.none(), label="听讲教师", required=False, empty_label="未定"
    )
    room = forms.ModelChoiceField(
        Room.objects.none(), label="教室", required=False, empty_label="未定"
    )

    def __init__(
        self, *args: Any, side: Listener, teachers: QuerySet[Person], **kwargs: Any
    ) -> None:
        """Offer the school's own people and rooms; show who and what it is now."""
        super().__init__(*args, **kwargs)
        rooms = Room.objects.filter(school=side.school_class.school_id, retired_on=None)
        for name, rows, now in (
            ("assistant", teachers, side.assistant), ("room", rooms, side.room),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.initial = rows, now
