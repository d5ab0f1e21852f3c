"""Forms of whole-school plans."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable.models import TeachingTask
from tongke.teaching.timetable.queries.plans.rules import KINDS, Kind
from tongke.teaching.timetable.queries.plans.times import Cell, Week
from tongke.teaching.timetable.services.plans.tasks import TaskData


class TaskForm(forms.Form):
    """A teaching task."""

    subject: "forms.ModelChoiceField[Subject]" = forms.ModelChoiceField(
        Subject.objects.none(), label="学科", empty_label="请选择"
    )
    classes: "forms.ModelMultipleChoiceField[SchoolClass]" = forms.ModelMultipleChoiceField(
        SchoolClass.objects.none(), label="班级", widget=forms.CheckboxSelectMultiple,
        help_text="选两个以上就是合班，在同一时间、同一教室上。",
    )  # fmt: skip
    teachers: "forms.ModelMultipleChoiceField[Person]" = forms.ModelMultipleChoiceField(
        Person.objects.none(), label="教师", required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}), help_text="可以选几位，第一位是主讲。",
    )  # fmt: skip
    periods = forms.IntegerField(label="每周节数", min_value=1, max_value=40, initial=1)
    doubles = forms.IntegerField(
        label="其中连堂", min_value=0, max_value=10, initial=0, help_text="两节连上算一次。"
    )
    weeks = forms.ChoiceField(label="上课周", choices=TeachingTask.Weeks.choices)
    room: "forms.ModelChoiceField[Room]" = forms.ModelChoiceField(
        Room.objects.none(), label="固定教室", required=False, empty_label="本班教室"
    )
    room_kind = forms.ChoiceField(
        label="或教室类型", required=False,
        choices=[("", "不限"), *TeachingTask._meta.get_field("room_kind").flatchoices],
        help_text="没有固定教室时，从这类教室里排。",
    )  # fmt: skip
    parallel = forms.CharField(
        label="并行分组", max_length=20, required=False, help_text="同一分组的任务在同一时间上。"
    )
    tags = forms.CharField(label="标记", max_length=60, required=False, help_text="用顿号分开。")
    note = forms.CharField(label="备注", max_length=100, required=False)

    def __init__(
        self, *args: Any, classes: QuerySet[SchoolClass], teachers: QuerySet[Person],
        rooms: QuerySet[Room], **kwargs: Any,
    ) -> None:  # fmt: skip
        """Offer what the school has."""
        super().__init__(*args, **kwargs)
        # The stubs know form fields by name as plain Field, which has no queryset.
        self.fields["subject"].queryset = Subject.objects.order_by("position")  # type: ignore[attr-defined]
        self.fields["classes"].queryset = classes  # type: ignore[attr-defined]
        self.fields["teachers"].queryset = teachers  # type: ignore[attr-defined]
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Doubles fit into the periods."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        periods, doubles = cleaned.get("periods"), cleaned.get("doubles")
        if periods and doubles and doubles * 2 > periods:
            self.add_error("doubles", f"每周 {periods} 节，最多 {periods // 2} 次连堂。")
        return cleaned

    @property
    def data_of_task(self) -> TaskData:
        """What was filled in."""
        return TaskData(**self.cleaned_data)


def task_initial(task: TeachingTask) -> dict[str, Any]:
    """A task as the form shows it."""
    return {
        "subject": task.subject_id, "classes": list(task.classes.all()),
        "teachers": list(task.teachers.all()), "periods": task.periods,
        "doubles": task.doubles, "weeks": task.weeks, "room": task.room_id,
        "room_kind": task.room_kind, "parallel": task.parallel, "tags": task.tags,
        "note": task.note,
    }  # fmt: skip


def cells_of(posted: Sequence[str], week: Week) -> list[Cell]:
    """The ticked periods of a week grid: "3-5" is Wednesday's fifth."""
    found = []
    for text in posted:
        day, _, seq = text.partition("-")
        if day.isdigit() and seq.isdigit() and week.time(int(day), int(seq)) is not None:
            found.append((int(day), int(seq)))
    return sorted(set(found))


class RuleForm(forms.Form):
    """A rule of one kind; it has the fields that the kind needs."""

    hard = forms.TypedChoiceField(
        label="要求", coerce=lambda text: text == "1", choices=[("0", "尽量"), ("1", "必须")]
    )
    weight = forms.IntegerField(
        label="权重",
        min_value=1,
        max_value=100,
        initial=3,
        help_text="每违反一次扣几分；“必须”的规则不看权重。",
    )

    def __init__(
        self, *args: Any, kind: Kind, week: Week, teachers: Sequence[tuple[str, str]],
        subjects: Sequence[tuple[str, str]] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        """Add the fields of the kind."""
        super().__init__(*args, **kwargs)
        self.kind, self.week = kind, week
        if "subjects" in kind.needs:
            self.fields["subjects"] = forms.MultipleChoiceField(
                label="学科", widget=forms.CheckboxSelectMultiple,
                choices=list(subjects or Subject.objects.values_list("code", "name")),
            )  # fmt: skip
        if {"teacher", "teacher?"} & kind.needs:
            must = "teacher" in kind.needs
            self.fields["teacher"] = forms.ChoiceField(
                label="教师", required=must,
                choices=[("", "请选择" if must else "所有教师"), *teachers],
            )  # fmt: skip
        if "most" in kind.needs:
            self.fields["most"] = forms.IntegerField(
                label=f"上限（{kind.unit}）", min_value=0, max_value=40, initial=3
            )

    @property
    def picked(self) -> list[Cell]:
        """The ticked periods, of what was sent or of the rule."""
        if self.is_bound:
            sent = self.data.getlist("cell") if hasattr(self.data, "getlist") else []
            return cells_of(sent, self.week)
        return list(self.initial.get("cells", ()))

    def clean(self) -> dict[str, Any]:
        """At least one period where the kind speaks of periods."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "cells" in self.kind.needs and not self.picked:
            self.add_error(None, "请在下面的表里至少点选一节。")
        return cleaned


class BeginForm(forms.Form):
    """A new version: its name and where its lessons come from."""

    name = forms.CharField(label="名称", max_length=40, initial="新方案")
    source = forms.ChoiceField(label="从哪里开始", required=False)

    def __init__(self, *args: Any, sources: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """Offer an empty one, and the timetables of terms."""
        super().__init__(*args, **kwargs)
        # As above: for the stubs a plain Field has no choices.
        self.fields["source"].choices = [("", "空白方案"), *sources]  # type: ignore[attr-defined]


def kind_choices() -> list[tuple[str, str]]:
    """Kinds of rules a school may make."""
    own = [each for each in KINDS.values() if each.code not in {"spread", "fair_edges"}]
    return [(each.code, each.label) for each in own]
