"""The form by which a school reports one course in one grade."""

from datetime import date
from typing import Any

from django import forms

from tongke.core.models import StoredFile
from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.models import Organisation, Person
from tongke.foundation.people.roles import SCHOOL_STAFF
from tongke.teaching.timetable.models import RolloutReport
from tongke.teaching.timetable.queries.calendar import on
from tongke.teaching.timetable.services.rollout import Report


class ReportForm(forms.Form):
    """What is offered, by whom, with what."""

    periods = forms.IntegerField(
        label="每周节数", min_value=0, max_value=5, help_text="没有开设填 0。"
    )
    teacher: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label="任课教师", queryset=Person.objects.none(), required=False, empty_label="没有"
    )
    trained = forms.BooleanField(label="教师有资格或经过培训", required=False)
    room: "forms.ModelChoiceField[Room]" = forms.ModelChoiceField(
        label="教室", queryset=Room.objects.none(), required=False, empty_label="没有专用教室"
    )
    equipment = forms.CharField(label="设备", max_length=80, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)
    evidence = forms.FileField(
        label="佐证材料",
        required=False,
        help_text="课表、照片或证书，图片、PDF 或 Office 文件，10 MB 以内。",
    )

    def __init__(
        self, *args: Any, school: Organisation, said: RolloutReport | None, today: date,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """Offer the school's people and rooms; begin with what was said before."""
        names = ("periods", "teacher", "trained", "room", "equipment", "note")
        if said is not None:
            kwargs["initial"] = {name: getattr(said, name) for name in names}
        super().__init__(*args, **kwargs)
        held = Person.objects.filter(
            on(today, "appointments__"), appointments__organisation=school,
            appointments__role__in=SCHOOL_STAFF,
        )  # fmt: skip
        for name, rows in (
            ("teacher", held.distinct().order_by("name", "pk")),
            ("room", Room.objects.filter(school=school, retired_on=None)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def report(self, course: str, grade: Grade, evidence: StoredFile | None) -> Report:
        """What the valid form says."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "evidence"}
        return Report(course=course, grade=grade, evidence=evidence, **data)
