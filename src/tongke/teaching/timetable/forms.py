"""Forms of the timetable."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django import forms
from django.db.models import QuerySet

from tongke.foundation.campus.models import Room
from tongke.foundation.curriculum.models import Subject, Textbook, Unit
from tongke.foundation.people.models import Person, SchoolClass
from tongke.teaching.timetable.models import Course, Lesson, Listener
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, Period, weekday_name
from tongke.teaching.timetable.queries.courses import Candidate, lesson_forms

BELL_ROWS = 8


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        """Values travel as ISO dates."""
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time field."""

    input_type = "time"

    def __init__(self) -> None:
        """Values travel as hours and minutes."""
        super().__init__(format="%H:%M")


class TermForm(forms.Form):
    """A term's code, name and dates."""

    code = forms.CharField(label="代码", max_length=10, help_text="如 2026-1。")
    name = forms.CharField(label="名称", max_length=30)
    starts_on = forms.DateField(label="第一周周一", widget=DateInput())
    weeks = forms.IntegerField(label="教学周数", min_value=1, max_value=30, initial=20)


class HolidayForm(forms.Form):
    """A day without lessons, or one that makes up for another."""

    day = forms.DateField(label="日期", widget=DateInput())
    name = forms.CharField(label="名称", max_length=20)
    follows_weekday = forms.TypedChoiceField(
        label="上课安排", coerce=int, empty_value=None, required=False,
        choices=[("", "停课"), *((n, f"按{weekday_name(n)}的课表上课") for n in SCHOOL_DAYS)],
    )  # fmt: skip


class BellsForm(forms.Form):
    """A school's periods: a name, the day they begin to ring, and rows of start and end."""

    name = forms.CharField(label="名称", max_length=20, initial="秋季作息")
    since = forms.DateField(label="从哪天起", widget=DateInput())

    def __init__(self, *args: Any, periods: Iterable[Period] = (), **kwargs: Any) -> None:
        """Fill the rows with the periods that ring now."""
        super().__init__(*args, **kwargs)
        known = {each.seq: each for each in periods}
        for seq in range(1, max([BELL_ROWS, *known]) + 1):
            one = known.get(seq)
            for side, label in (("starts", "开始"), ("ends", "结束")):
                self.fields[f"{side}_{seq}"] = forms.TimeField(
                    label=f"第 {seq} 节{label}", required=False, widget=TimeInput(),
                    initial=getattr(one, side) if one else None,
                )  # fmt: skip
        self.count = max([BELL_ROWS, *known])

    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        """The rows as the page draws them: number, start, end."""
        return [(n, self[f"starts_{n}"], self[f"ends_{n}"]) for n in range(1, self.count + 1)]

    def clean(self) -> dict[str, Any]:
        """Rows are filled from the top, both times of each, in order and without overlap."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        times: list[tuple[time, time]] = []
        ended = False
        for seq in range(1, self.count + 1):
            starts, ends = cleaned.get(f"starts_{seq}"), cleaned.get(f"ends_{seq}")
            if starts is None and ends is None:
                ended = True
                continue
            if starts is None or ends is None:
                self.add_error(f"{'starts' if starts is None else 'ends'}_{seq}", "请填写时间。")
            elif ended:
                self.add_error(f"starts_{seq}", "前面有空行，请从第 1 节起连续填写。")
            elif starts >= ends:
                self.add_error(f"ends_{seq}", "结束时间要晚于开始时间。")
            elif times and starts < times[-1][1]:
                self.add_error(f"starts_{seq}", f"与第 {seq - 1} 节的时间重叠。")
            else:
                times.append((starts, ends))
        cleaned["times"] = times
        return cleaned


class PlacementForm(forms.Form):
    """What stands in one period of a class."""

    subject: "forms.ModelChoiceField[Subject]" = forms.ModelChoiceField(
        Subject.objects.none(), label="学科", empty_label="请选择"
    )
    teacher: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        Person.objects.none(), label="教师", required=False, empty_label="未定"
    )
    room: "forms.ModelChoiceField[Room]" = forms.ModelChoiceField(
        Room.objects.none(), label="教室", required=False, empty_label="本班教室"
    )

    def __init__(
        self,
        *args: Any,
        subjects: QuerySet[Subject],
        teachers: QuerySet[Person],
        rooms: QuerySet[Room],
        **kwargs: Any,
    ) -> None:
        """Offer the subjects of the grade, and the people and rooms of the school."""
        super().__init__(*args, **kwargs)
        offered = {"subject": subjects, "teacher": teachers, "room": rooms}
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """One sentence on why."""

    reason = forms.CharField(
        label="原因", max_length=180, widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "请写明原因。"},
    )  # fmt: skip


def _people(candidates: Iterable[Candidate], now: Person | None) -> list[tuple[Any, str]]:
    """Choices of teachers with their load; the one named now stays in the list."""
    found: list[tuple[Any, str]] = [(each.person.pk, each.label) for each in candidates]
    if now is not None and now.pk not in {pk for pk, _ in found}:
        found.append((now.pk, f"{now.name}（已不符合条件）"))
    return [("", "未定"), *found]


class CourseForm(forms.Form):
    """The delivering side of a joint course."""

    host_teacher = forms.TypedChoiceField(
        label="主讲教师", coerce=int, empty_value=None, required=False,
        help_text="只列有任教资格的本校教师，按课时从少到多。",
    )  # fmt: skip
    host_class: "forms.ModelChoiceField[SchoolClass]" = forms.ModelChoiceField(
        SchoolClass.objects.none(), label="主讲班", required=False,
        empty_label="不带本校班（在录播教室主讲）",
    )  # fmt: skip
    host_room: "forms.ModelChoiceField[Room]" = forms.ModelChoiceField(
        Room.objects.none(), label="主讲教室", required=False, empty_label="未定"
    )
    textbook: "forms.ModelChoiceField[Textbook]" = forms.ModelChoiceField(
        Textbook.objects.none(), label="教材", required=False, empty_label="不指定",
        help_text="开课时按单元顺序给每节课排好课题。",
    )  # fmt: skip
    form = forms.ChoiceField(label="课堂形态")
    periods_per_week = forms.IntegerField(label="每周课时", min_value=1, max_value=5)

    def __init__(
        self,
        *args: Any,
        course: Course,
        candidates: Iterable[Candidate],
        classes: QuerySet[SchoolClass],
        rooms: QuerySet[Room],
        textbooks: QuerySet[Textbook],
        **kwargs: Any,
    ) -> None:
        """Offer who and what the delivering school has."""
        super().__init__(*args, **kwargs)
        people = _people(candidates, course.host_teacher)
        self.fields["host_teacher"].choices = people  # type: ignore[attr-defined]
        self.fields["form"].choices = lesson_forms()  # type: ignore[attr-defined]
        offered = {"host_class": classes, "host_room": rooms, "textbook": textbooks}
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ListenerForm(forms.Form):
    """The listening side of one class."""

    assistant = forms.TypedChoiceField(
        label="听讲教师", coerce=int, empty_value=None, required=False,
        help_text="上课时在教室里组织学生的本校教师。",
    )  # fmt: skip
    room: "forms.ModelChoiceField[Room]" = forms.ModelChoiceField(
        Room.objects.none(), label="听讲教室", required=False, empty_label="未定"
    )

    def __init__(
        self,
        *args: Any,
        listener: Listener,
        candidates: Iterable[Candidate],
        rooms: QuerySet[Room],
        **kwargs: Any,
    ) -> None:
        """Offer who and what the listening school has."""
        super().__init__(*args, **kwargs)
        people = _people(candidates, listener.assistant)
        self.fields["assistant"].choices = people  # type: ignore[attr-defined]
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]


class TopicForm(forms.Form):
    """What a lesson is about."""

    title = forms.CharField(label="课题", max_length=80)
    unit: "forms.ModelChoiceField[Unit]" = forms.ModelChoiceField(
        Unit.objects.none(), label="单元", required=False, empty_label="不指定"
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        """Offer the units of the course's textbook."""
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


def lesson_states() -> list[tuple[str, str]]:
    """The states of a lesson as filter options."""
    return [(str(value), str(label)) for value, label in Lesson.State.choices]


def whole(text: str | None, least: int = 1, most: int = 10**9) -> int | None:
    """A number from the address; None when it is none or out of bounds."""
    if text is None or not text.isdecimal() or len(text) > 10:
        return None
    return int(text) if least <= int(text) <= most else None


def a_day(text: str | None) -> date | None:
    """A date from the address; None when it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
