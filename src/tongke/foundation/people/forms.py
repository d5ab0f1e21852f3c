"""Forms of people. Choices come from the policy of whoever fills them in."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from tongke.core.profile import RegionProfile, current
from tongke.core.spreadsheets import Column
from tongke.core.spreadsheets.cells import CellError, parse
from tongke.foundation.people import policy
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Appointment, Organisation, Person, SchoolClass
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries.organisations import AREAS
from tongke.foundation.people.queries.vocabulary import grades, stages, subjects
from tongke.foundation.people.roles import SCHOOL_STAFF, Role

_SUBJECT_EMPTY = [("", "不分学科")]


def offer(form: forms.Form, name: str, pairs: list[tuple[str, str]]) -> None:
    """Give a choice field its choices when the form is built."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = pairs


def draw(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Give a field that picks a row the rows to pick from."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date with the browser's own calendar."""
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class OrganisationForm(forms.Form):
    """What may be said about an organisation."""

    name = forms.CharField(label="名称", max_length=60)
    short_name = forms.CharField(
        label="简称", max_length=20, help_text="用在窄的地方，如课表和标签。"
    )
    code = forms.RegexField(
        r"^[0-9A-Za-z._-]+$", label="机构代码", max_length=20,
        error_messages={"invalid": "只能用数字、字母和 . _ -"},
    )  # fmt: skip
    kind = forms.ChoiceField(label="类型", choices=Organisation.Kind.choices)
    level = forms.ChoiceField(label="层级")
    parent = forms.ModelChoiceField(label="上级机构", queryset=Organisation.objects.none())
    area = forms.ChoiceField(label="城乡分类", required=False, choices=[("", "不填"), *AREAS])
    stages = forms.MultipleChoiceField(
        label="学段", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: Actor, editing: bool = False, **kwargs: Any) -> None:
        """Parents within the actor's scope; the code of an existing one stays."""
        super().__init__(*args, **kwargs)
        levels = [(one.code, one.name) for one in current(RegionProfile).levels]
        offer(self, "level", [each for each in levels if each[0] not in {"class", "grade"}])
        offer(self, "stages", stages())
        above = policy.organisations(actor, Perm.ORGANISATION_EDIT).filter(closed_on=None)
        draw(self, "parent", above)
        if editing:
            del self.fields["code"], self.fields["parent"]

    def clean_stages(self) -> str:
        """Codes, joined as the table keeps them."""
        return ",".join(self.cleaned_data["stages"])


class PersonForm(forms.Form):
    """A person's record. Secrets left empty stay as they are."""

    name = forms.CharField(label="姓名", max_length=40)
    number = forms.RegexField(
        r"^[0-9A-Za-z._-]+$", label="工号或学籍号", max_length=30,
        error_messages={"invalid": "只能用数字、字母和 . _ -"},
    )  # fmt: skip
    sex = forms.ChoiceField(label="性别", choices=Person.Sex.choices)
    birth_date = day_field("出生日期", required=False)
    phone = forms.CharField(label="手机", required=False, max_length=20)
    id_number = forms.CharField(label="身份证件号", required=False, max_length=20)

    def __init__(self, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        """When editing, secrets are not shown and may be left empty."""
        super().__init__(*args, **kwargs)
        if editing:
            for key in ("phone", "id_number"):
                self.fields[key].help_text = "不改就留空。"

    def clean_phone(self) -> str:
        """A mobile or land line, as imports understand it."""
        return _parsed(Column("手机", "phone", "phone"), self.cleaned_data["phone"])

    def clean_id_number(self) -> str:
        """An 18-character number with the right check character."""
        return _parsed(Column("身份证件号", "id", "idnumber"), self.cleaned_data["id_number"])

    def changes(self) -> dict[str, Any]:
        """What to change: everything but secrets left empty."""
        data = self.cleaned_data
        kept = {key for key in ("phone", "id_number") if not data[key]}
        return {key: data[key] for key in data if key in self.fields and key not in kept}


def _parsed(column: Column, raw: str) -> str:
    try:
        return str(parse(column, raw) or "")
    except CellError as wrong:
        raise forms.ValidationError(f"{wrong}。") from wrong


class AppointmentForm(forms.Form):
    """A role to give."""

    organisation = forms.ModelChoiceField(label="机构", queryset=Organisation.objects.none())
    role = forms.ChoiceField(label="角色")
    subject_code = forms.ChoiceField(label="任教学科", required=False)
    since = day_field("起")
    until = day_field("止", required=False, help_text="长期任职就不填。")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Organisations and roles that the actor may give."""
        super().__init__(*args, **kwargs)
        draw(self, "organisation", policy.organisations(actor, Perm.APPOINT))
        self.fields["organisation"].initial = actor.organisation.pk
        labels = current(PeopleProfile).role_labels
        offer(
            self,
            "role",
            [(role.value, labels.get(role, role.label)) for role in policy.grantable_roles(actor)],
        )
        offer(self, "subject_code", _SUBJECT_EMPTY + subjects())
        self.fields["since"].initial = actor.today

    def clean(self) -> dict[str, Any]:
        """The end not before the beginning."""
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "结束日期不能早于开始日期。")
        return data


class EndForm(forms.Form):
    """The last day of a role or a title."""

    until = day_field("最后一天")


class ClassForm(forms.Form):
    """What a school may change about a class."""

    name = forms.CharField(label="班级名称", max_length=30)
    grade_code = forms.ChoiceField(label="年级")
    homeroom_teacher = forms.ModelChoiceField(
        label="班主任", required=False, queryset=Person.objects.none(), empty_label="未定"
    )

    def __init__(self, *args: Any, school_class: SchoolClass, today: date, **kwargs: Any) -> None:
        """Teachers of the school."""
        super().__init__(*args, **kwargs)
        offer(self, "grade_code", grades())
        draw(self, "homeroom_teacher", staff_of(school_class.school, today))


def staff_of(school: Organisation, today: date) -> QuerySet[Person]:
    """Persons who work at a school today."""
    held = Appointment.objects.filter(now(today), organisation=school, role__in=SCHOOL_STAFF)
    return Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk")


class TitleForm(forms.Form):
    """A title that a school reports."""

    person = forms.ModelChoiceField(label="教师", queryset=Person.objects.none())
    kind = forms.ChoiceField(label="称号")
    subject_code = forms.ChoiceField(label="学科")
    stage_code = forms.ChoiceField(label="学段", required=False)
    since = day_field("授予日期")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Teachers of the actor's schools; kinds of the region's list."""
        super().__init__(*args, **kwargs)
        held = Appointment.objects.filter(
            now(actor.today), policy.within(actor), role__in={Role.TEACHER, Role.HEAD}
        )
        draw(
            self,
            "person",
            Person.objects.filter(pk__in=held.values("person")).order_by("name", "pk"),
        )
        profile = current(PeopleProfile)
        offer(self, "kind", [(one.code, profile.title_name(one.code)) for one in profile.titles])
        offer(self, "subject_code", subjects())
        offer(self, "stage_code", [("", "不分学段"), *stages()])


class ReasonForm(forms.Form):
    """Why: for returning a title."""

    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明原因。"},
    )  # fmt: skip


class RevealForm(forms.Form):
    """Which secret to show once, and why; the reason goes to the audit log."""

    field = forms.ChoiceField(choices=[("phone", "手机"), ("id_number", "身份证件号")])
    reason = forms.CharField(
        label="查看原因", min_length=4, max_length=100,
        error_messages={"required": "请写明查看原因。", "min_length": "请把原因写清楚一些。"},
    )  # fmt: skip


class PostForm(forms.Form):
    """Approved posts of one subject; 0 takes the post away."""

    subject_code = forms.ChoiceField(label="学科")
    approved = forms.IntegerField(label="核定岗位数", min_value=0, max_value=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Subjects of the region."""
        super().__init__(*args, **kwargs)
        offer(self, "subject_code", subjects())


class PupilForm(PersonForm):
    """A pupil to put on the roll of a class, with one guardian."""

    seat = forms.IntegerField(label="座号", required=False, min_value=1, max_value=200)
    since = day_field("入班日期")
    guardian_name = forms.CharField(label="监护人姓名", required=False, max_length=40)
    guardian_relation = forms.CharField(label="关系", required=False, max_length=10)
    guardian_phone = forms.CharField(label="监护人手机", required=False, max_length=20)

    def clean_guardian_phone(self) -> str:
        """A mobile or land line."""
        return _parsed(Column("手机", "phone", "phone"), self.cleaned_data["guardian_phone"])

    def clean(self) -> dict[str, Any]:
        """A guardian has a name, a relation and a phone, or is left out."""
        data: dict[str, Any] = super().clean() or {}
        given = [bool(data.get(f"guardian_{key}")) for key in ("name", "relation", "phone")]
        if any(given) and not all(given):
            self.add_error("guardian_name", "监护人的姓名、关系和手机要一起填。")
        return data


class LeaveForm(forms.Form):
    """The last day of a pupil in a class."""

    until = day_field("最后一天")
