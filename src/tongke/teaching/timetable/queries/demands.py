"""Demands in lists, and the table of a school's classes against the plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from tongke.core.profile import current
from tongke.engines.communities import queries as communities
from tongke.foundation.curriculum.models import Subject
from tongke.foundation.people.models import Organisation, SchoolClass
from tongke.teaching.timetable.models import Demand
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.gaps import ClassCheck, Gap, SubjectLine, demand_rows


def search(
    rows: QuerySet[Demand], *, text: str = "", state: str = "", subject: str = "", kind: str = ""
) -> QuerySet[Demand]:
    """The demands that match, oldest first, with all that a list shows."""
    if text:
        named = SchoolClass.objects.filter(school__name__contains=text)
        rows = rows.filter(school_class__in=named) | rows.filter(subject__name__contains=text)
    if state in Demand.State.values:
        rows = rows.filter(state=state)
    if subject:
        rows = rows.filter(subject=subject)
    if kind in Demand.Kind.values:
        rows = rows.filter(kind=kind)
    return demand_rows(rows)


def subjects_asked(rows: QuerySet[Demand]) -> list[tuple[str, str]]:
    """The subjects that some demand asks for, as filter options."""
    found = Subject.objects.filter(pk__in=rows.order_by().values("subject"))
    return list(found.values_list("code", "name"))


def partner_ids(school: Organisation, day: date) -> set[int]:
    """Ids of the schools that listen in the consortia which this school leads."""
    return set(communities.partner_schools(school, day).values_list("pk", flat=True))


def closable(rows: QuerySet[Demand], page: Iterable[Demand]) -> set[int]:
    """Ids of the demands of a page that may still be withdrawn."""
    mine = rows.filter(pk__in=[each.pk for each in page], state=Demand.State.OPEN)
    return set(mine.values_list("pk", flat=True))


@dataclass(frozen=True)
class Group:
    """Open demands of one subject and grade that could become one course.

    Attributes:
        demands: those of the own consortium first.
        partners: how many of them are of the own consortium.
    """

    subject: Subject
    grade_name: str
    demands: tuple[Demand, ...]
    partners: int

    @property
    def name(self) -> str:
        """What the course would be: 二年级音乐."""
        return f"{self.grade_name}{self.subject.name}"

    @property
    def note(self) -> str:
        """How many classes ask, and for how many periods a week."""
        asked = "、".join(
            f"{each.school_class.school.short_name} {each.periods} 节" for each in self.demands
        )
        ours = f"本共同体或点名请求 {self.partners} 个班，" if self.partners else ""
        return f"{ours}共 {len(self.demands)} 个班：{asked}"

    @property
    def choices(self) -> list[tuple[int, str, bool]]:
        """Each demand: id, words, and whether it is chosen unless one says otherwise."""
        kinds = dict(Demand.Kind.choices)
        return [
            (
                each.pk,
                f"{each.school_class.school.name} {each.school_class.name}："
                f"{kinds[each.kind]}，每周 {each.periods} 节",
                place < max(1, self.partners),
            )
            for place, each in enumerate(self.demands)
        ]

    @property
    def ids(self) -> list[int]:
        """The demands' ids."""
        return [each.pk for each in self.demands]


def takeable_groups(rows: QuerySet[Demand], school: Organisation, day: date) -> list[Group]:
    """What a centre could take as courses: its consortium's first, urgent subjects first."""
    found: dict[tuple[str, str], list[Demand]] = defaultdict(list)
    for each in demand_rows(rows):
        found[each.subject_id, each.school_class.grade_code].append(each)
    mine = partner_ids(school, day)
    groups = []
    for listed in found.values():
        partners = [
            each for each in listed
            if each.school_class.school_id in mine or each.asked_id == school.pk
        ]  # fmt: skip
        ordered = (*partners, *(each for each in listed if each not in partners))
        name = listed[0].school_class.name.split("（")[0]
        groups.append(Group(listed[0].subject, name, tuple(ordered), len(partners)))
    first = {code: place for place, code in enumerate(current(TimetableProfile).demand_subjects)}
    return sorted(
        groups,
        key=lambda each: (
            not each.partners, first.get(each.subject.pk, len(first)), -len(each.demands),
        ),
    )  # fmt: skip


def overdue(page: Iterable[Demand], at: datetime) -> set[int]:
    """Ids of the open demands of a page that nobody has taken for longer than the region wants."""
    since = at - timedelta(days=current(TimetableProfile).demand_answer_days)
    return {each.pk for each in page if each.state == Demand.State.OPEN and each.opened_at < since}


@dataclass(frozen=True)
class TableLine:
    """A class's row: one cell per subject, None where its grade's plan has no such subject."""

    check: ClassCheck
    cells: tuple[tuple[SubjectLine, Gap | None] | None, ...]


@dataclass(frozen=True)
class SubjectTable:
    """Classes down, subjects across."""

    subjects: tuple[Subject, ...]
    rows: tuple[TableLine, ...]


def subject_table(checks: Sequence[ClassCheck]) -> SubjectTable:
    """The checks as a table over all subjects that occur in any plan, in the usual order."""
    known = {line.subject.pk: line.subject for check in checks for line in check.lines}
    subjects = tuple(sorted(known.values(), key=lambda each: each.position))
    rows = []
    for check in checks:
        lines = {line.subject.pk: line for line in check.lines}
        gaps = {gap.subject.pk: gap for gap in check.gaps}
        cells = tuple(
            (lines[each.pk], gaps.get(each.pk)) if each.pk in lines else None for each in subjects
        )
        rows.append(TableLine(check, cells))
    return SubjectTable(subjects, tuple(rows))
