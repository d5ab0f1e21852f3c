"""Planning organisations and classes."""

from collections.abc import Iterable
from typing import Any

from tongke.core.spreadsheets.importer import Action, Change
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.foundation.people.queries.vocabulary import class_name, grade_name
from tongke.foundation.people.services.organisations import NewOrganisation
from tongke.foundation.people.services.roster.draft import Draft, RowRefused
from tongke.foundation.people.services.roster.ops import ClassOp, OrganisationOp
from tongke.foundation.people.services.roster.rows import ClassRow, OrganisationRow

_ORGANISATION_FIELDS = ("name", "short_name", "kind", "level", "area", "stages", "source_id")
_SCHOOL_YEAR_STARTS = 8  # month; a file of August is of the coming school year


def plan_organisations(rows: Iterable[OrganisationRow], draft: Draft) -> list[Change]:
    """One change for each row."""
    changes = []
    for row in rows:
        label = draft.label("机构", row.name, row.code)
        try:
            changes.append(_organisation(row, label, draft))
        except RowRefused as why:
            changes.append(draft.refused(row.line, label, why))
    return changes


def _organisation(row: OrganisationRow, label: str, draft: Draft) -> Change:
    stored = _stored_organisation(row, draft)
    if stored is not None and row.source_id:
        draft.aliases[row.source_id] = stored
    if stored is not None:
        return _changed_organisation(row, stored, label)
    if row.leaves:
        return Change(row.line, Action.SAME, label)
    if Organisation.objects.filter(code=row.code).exists():
        raise RowRefused(f"机构代码“{row.code}”已被使用，或不在您的管理范围内")
    new = NewOrganisation(
        code=row.code, name=row.name, kind=row.kind, level=row.level,
        parent=_parent(row, draft), short_name=row.short_name or row.name[:20], area=row.area,
        stages=row.stages, source_id=row.source_id,
    )  # fmt: skip
    for key in {row.code, row.source_id} - {""}:
        draft.new_organisations[key] = (row.code, row.name, row.kind)
    return Change(row.line, Action.ADD, label, op=OrganisationOp(new=new))


def _stored_organisation(row: OrganisationRow, draft: Draft) -> Organisation | None:
    """By code; for rows of another system by its id first, and by name at last."""
    if not row.source_id:
        return draft.known.organisations.get(row.code)
    for text in (row.source_id, row.code, row.name):
        found = draft.known.organisation(text)
        if found is not None and found.source_id in {"", row.source_id}:
            return found
    return None


def _parent(row: OrganisationRow, draft: Draft) -> str:
    if row.parent in draft.new_organisations:
        return draft.new_organisations[row.parent][0]
    if row.parent:
        found = draft.known.organisation(row.parent) or draft.aliases.get(row.parent)
        if found is None:
            raise RowRefused(f"找不到上级机构“{row.parent}”，上级要排在前面，或不在您的管理范围内")
        return found.code
    if draft.known.root is None:
        raise RowRefused("请填上级机构")
    return draft.known.root.code


def _changed_organisation(row: OrganisationRow, stored: Organisation, label: str) -> Change:
    if row.leaves:
        why = "来源系统已删除，平台不会自动撤销机构，请人工处理"
        return Change(row.line, Action.SAME, label, message=f"{why}。")
    fields = {
        key: (getattr(stored, key), getattr(row, key))
        for key in _ORGANISATION_FIELDS
        if getattr(row, key) and getattr(row, key) != getattr(stored, key)
    }
    if not fields:
        return Change(row.line, Action.SAME, label)
    op = OrganisationOp(pk=stored.pk, changes={key: new for key, (_, new) in fields.items()})
    return Change(row.line, Action.CHANGE, label, fields=fields, op=op)


def plan_classes(rows: Iterable[ClassRow], draft: Draft) -> list[Change]:
    """One change for each row."""
    changes = []
    for row in rows:
        label = draft.label("班级", row.school, row.name or class_name(row.grade_code, row.number))
        try:
            code, school = draft.school(row.school)
            name = row.name or class_name(row.grade_code, row.number)
            changes.append(_class(row, code, draft.label("班级", school, name), draft))
        except RowRefused as why:
            changes.append(draft.refused(row.line, label, why))
    return changes


def _class(row: ClassRow, school: str, label: str, draft: Draft) -> Change:
    if row.grade_code and grade_name(row.grade_code) == row.grade_code:
        raise RowRefused(f"没有代码为“{row.grade_code}”的年级")
    stored = _stored_class(row, school, draft)
    if stored is not None and row.source_id and stored.source_id not in {"", row.source_id}:
        raise RowRefused(f"班号 {row.number} 已经是另一个班“{stored.name}”，请改正后再导入")
    if stored is not None and stored.closed_on is not None:
        raise RowRefused("这个班已经结束，不能再导入；新学年的班请换入学年份或班号")
    if row.leaves:
        why = "来源系统已删除，平台不会自动结束班级，请人工处理" if stored else ""
        return Change(row.line, Action.SAME, label, message=f"{why}。" if why else "")
    _check_homeroom(row, school, draft)
    if stored is not None:
        return _changed_class(row, stored, school, label, draft)
    if row.key in draft.new_classes:
        raise RowRefused("同一个班在文件里出现两次")
    draft.new_classes[row.key] = label
    op = ClassOp(
        key=row.key, school=school, grade_code=row.grade_code, number=row.number,
        entry_year=row.entry_year or entry_year(row.grade_code, draft),
        name=row.name or class_name(row.grade_code, row.number), homeroom=row.homeroom,
        source_id=row.source_id,
    )  # fmt: skip
    return Change(row.line, Action.ADD, label, op=op)


def _stored_class(row: ClassRow, school: str, draft: Draft) -> SchoolClass | None:
    if row.source_id and row.source_id in draft.known.class_by_source:
        return draft.known.class_by_source[row.source_id]
    return draft.known.classes.get(f"{school}/{row.grade_code}/{row.number}")


def entry_year(grade_code: str, draft: Draft) -> int:
    """The year in which pupils of this grade entered their stage."""
    today = draft.today
    starts = today.year if today.month >= _SCHOOL_YEAR_STARTS else today.year - 1
    place = int(grade_code[1:]) if grade_code[1:].isdigit() else 1
    return starts - place + 1


def _check_homeroom(row: ClassRow, school: str, draft: Draft) -> None:
    if not row.homeroom or (school, row.homeroom) in draft.new_staff:
        return
    person = draft.known.person(row.homeroom)
    held = draft.known.roles.get(person.pk, ()) if person else ()
    if not any(one.organisation.code == school for one in held):
        raise RowRefused(f"班主任“{row.homeroom}”不是本校教职工，请先导入教职工")


def _changed_class(
    row: ClassRow, stored: SchoolClass, school: str, label: str, draft: Draft
) -> Change:
    if stored.school.code != school:
        raise RowRefused("这个班属于另一所学校")
    draft.known.classes[row.key] = stored
    fields: dict[str, Any] = {}
    wanted = {
        "name": row.name, "entry_year": row.entry_year, "source_id": row.source_id,
        "grade_code": row.grade_code, "number": row.number,
    }  # fmt: skip
    for key, new in wanted.items():
        if new and new != getattr(stored, key):
            fields[key] = (getattr(stored, key), new)
    changes = {key: new for key, (_, new) in fields.items()}
    homeroom = draft.known.person(row.homeroom) if row.homeroom else None
    if row.homeroom and (homeroom is None or homeroom.pk != stored.homeroom_teacher_id):
        fields["homeroom"] = ("", row.homeroom)
        changes["homeroom"] = row.homeroom
    if not fields:
        return Change(row.line, Action.SAME, label)
    op = ClassOp(
        key=row.key, school=school, grade_code=stored.grade_code, number=stored.number,
        entry_year=stored.entry_year, name=stored.name, pk=stored.pk, changes=changes,
    )  # fmt: skip
    return Change(row.line, Action.CHANGE, label, fields=fields, op=op)
