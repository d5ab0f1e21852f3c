"""开齐、开足、开好 of classes: the timetable against the required plan, and demands (S-003)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from django.db.models import Count, QuerySet

from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.people.models import Appointment, Organisation, Qualification, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.completeness import (
    Completeness,
    Periods,
    Requirement,
    fold,
    gaps,
)
from tongke.teaching.timetable.models import Demand, Placement, Term
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.queries.calendar import on

# No certificate exists for these: labour and practice are taught by whoever the school names.
_UNCERTIFIED = ("SB0505", "SB0801")
# A grade whose plan names only the whole counts its parts under it.
_PARTS = {"SB0601": ("SB0602", "SB0603"), "SB0306": ("SB0307", "SB0308"), "SB0101": ("TK-SF",)}

Kind = Demand.Kind


@dataclass(frozen=True)
class Gap:
    """What one class lacks in one subject.

    Attributes:
        periods: weekly periods a delivered course would have to bring.
        demand: the open or taken demand for it, if there is one.
        deliverable: whether the region lets this subject be delivered from afar.
    """

    school_class: SchoolClass
    subject: Subject
    kind: str
    periods: int
    required: int
    given: int
    demand: Demand | None
    deliverable: bool

    @property
    def kind_label(self) -> str:
        """未开, 课时不足 or 无合格教师."""
        return str(Kind(self.kind).label)


@dataclass(frozen=True)
class SubjectLine:
    """One subject of one class's plan: what is required and what is given."""

    subject: Subject
    required: int
    most: int | None
    given: int
    qualified: bool

    @property
    def offered(self) -> bool:
        """Whether the class is taught it at all."""
        return self.given > 0

    @property
    def share(self) -> float | None:
        """Given against required, at most 1; None when nothing is required."""
        return min(1.0, self.given / self.required) if self.required else None


@dataclass(frozen=True)
class ClassCheck:
    """One class against the plan. A whole region asks for counts only, so details come when used.

    Attributes:
        gap_count: how many gaps there are.
        lines, gaps: each subject and each gap, in the plan's order.
    """

    school_class: SchoolClass
    completeness: Completeness
    _plan: Mapping[str, Requirement]
    _given: Mapping[str, Periods]
    _qualified: Collection[str]
    _subjects: Mapping[str, Subject]
    _demands: Callable[[], Mapping[tuple[int, str], Demand]]

    @property
    def gap_count(self) -> int:
        return len(self._kinds)

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        found = self.completeness
        kinds = dict.fromkeys(found.unqualified, Kind.UNQUALIFIED)
        kinds |= dict.fromkeys((each.subject for each in found.short), Kind.SHORT)
        return kinds | dict.fromkeys(found.missing, Kind.MISSING)

    @cached_property
    def lines(self) -> tuple[SubjectLine, ...]:
        return tuple(
            SubjectLine(
                subject=self._subjects[code], required=int(rule.weekly_min),
                most=int(rule.weekly_max) if rule.weekly_max is not None else None,
                given=int(self._given.get(code, 0)), qualified=code in self._qualified,
            )
            for code, rule in self._plan.items()
        )  # fmt: skip

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        kinds, demands = self._kinds, self._demands()
        return tuple(
            Gap(
                school_class=self.school_class, subject=line.subject,
                kind=kinds[line.subject.code],
                periods=line.given if kinds[line.subject.code] == Kind.UNQUALIFIED
                else line.required - line.given,
                required=line.required, given=line.given,
                demand=demands.get((self.school_class.pk, line.subject.code)),
                deliverable=deliverable(line.subject.code),
            )
            for line in self.lines
            if line.subject.code in kinds
        )  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """开齐率, 开足率 and open gaps of some classes together."""

    classes: int
    complete: int
    offered: int
    required: int
    periods_counted: float
    periods_required: float
    gaps: int
    unqualified: int

    @property
    def share_offered(self) -> float | None:
        """开齐率 in [0, 1]."""
        return self.offered / self.required if self.required else None

    @property
    def share_periods(self) -> float | None:
        """开足率 in [0, 1]."""
        return self.periods_counted / self.periods_required if self.periods_required else None


def check_completeness(term: Term, classes: Collection[SchoolClass], day: date) -> list[ClassCheck]:
    """Compare classes with the plan of their grades; six queries whatever their number.

    A delivered lesson counts as given, and by the delivering teacher's qualification.

    Args:
        classes: in the order of the answer; classes of grades without a plan are left out.
        day: teachers count with the appointments they hold on it.
    """
    taught = _taught(term, classes, day)
    subjects = {each.code: each for each in Subject.objects.all()}

    @cache
    def demands() -> dict[tuple[int, str], Demand]:
        wanted = Demand.objects.filter(
            term=term, school_class__in=classes, state__in=[Demand.State.OPEN, Demand.State.TAKEN]
        )
        return {(each.school_class_id, each.subject_id): each for each in wanted}

    plans: dict[str, dict[str, Requirement]] = {}
    found: list[ClassCheck] = []
    for each in classes:
        if each.grade_code not in plans:
            plans[each.grade_code] = plan_of_grade(each.grade_code, subjects)
        plan = plans[each.grade_code]
        if plan:
            given, doubtful = taught.get(each.pk, ({}, set()))
            folded, good = fold(given, set(given) - doubtful, folding(plan))
            complete = gaps(plan, folded, good)
            found.append(ClassCheck(each, complete, plan, folded, good, subjects, demands))
    return found


def rates(checks: Iterable[ClassCheck]) -> Rates:
    """Sums over classes, so that a school or region adds up instead of averaging."""
    listed = list(checks)
    parts = [each.completeness for each in listed]
    return Rates(
        classes=len(listed),
        complete=sum(each.complete for each in parts),
        offered=sum(each.offered for each in parts),
        required=sum(each.required for each in parts),
        periods_counted=float(sum(each.periods_counted for each in parts)),
        periods_required=float(sum(each.periods_required for each in parts)),
        gaps=sum(each.gap_count for each in listed),
        unqualified=sum(len(each.unqualified) for each in parts),
    )


@dataclass(frozen=True)
class SchoolRates:
    """One school's rates."""

    school: Organisation
    rates: Rates


def by_school(checks: Iterable[ClassCheck]) -> list[SchoolRates]:
    """The rates of each school in the order of the tree; classes come with their school."""
    schools: dict[int, Organisation] = {}
    parts: dict[int, list[ClassCheck]] = defaultdict(list)
    for each in checks:
        school = each.school_class.school
        schools[school.pk] = school
        parts[school.pk].append(each)
    ordered = sorted(schools.values(), key=lambda school: school.path)
    return [SchoolRates(school, rates(parts[school.pk])) for school in ordered]


def demand_rows(rows: QuerySet[Demand]) -> QuerySet[Demand]:
    """Demands with all that a list shows of them."""
    return rows.select_related(
        "term",
        "school_class__school",
        "subject",
        "course__host_school",
        "course__host_teacher",
        "asked",
    ).order_by("opened_at", "pk")


def deliverable(subject_code: str) -> bool:
    """Whether the region lets a subject be delivered from afar."""
    return subject_code not in current(TimetableProfile).no_delivery_subjects


def qualified_teachers(
    subject_codes: Collection[str], day: date
) -> dict[tuple[int, str], set[str]]:
    """Who may teach what: (person, subject) → stages of the certificate, ``""`` for any.

    A teacher appointed for a subject counts as qualified in it for any stage.
    """
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    papers = Qualification.objects.filter(subject_code__in=subject_codes)
    for person, subject, stage in papers.values_list("person", "subject_code", "stage_code"):
        found[person, subject].add(stage)
    held = Appointment.objects.filter(on(day), role=Role.TEACHER, subject_code__in=subject_codes)
    for person, subject in held.values_list("person", "subject_code"):
        found[person, subject].add("")
    return dict(found)


def may_teach(
    known: Mapping[tuple[int, str], set[str]], person: int | None, subject: str, stage: str
) -> bool:
    """Whether a person is qualified for a subject in a stage; see `qualified_teachers`."""
    if subject.startswith("TK-") or subject in _uncertified():
        return True
    stages = known.get((person, subject), set()) if person is not None else set()
    return bool(stages & {"", stage})


def _uncertified() -> Sequence[str]:
    return getattr(current(TimetableProfile), "uncertified_subjects", _UNCERTIFIED)


def plan_of_grade(grade: str, subjects: Mapping[str, Subject]) -> dict[str, Requirement]:
    """What a grade's plan asks of each subject that the region knows."""
    return {
        line.subject: Requirement(line.weekly_min, line.weekly_max or None)
        for line in current(CurriculumProfile).lines(grade)
        if line.subject in subjects
    }


def _taught(
    term: Term, classes: Collection[SchoolClass], day: date
) -> dict[int, tuple[dict[str, int], set[str]]]:
    """For each class: weekly periods by subject, and subjects with some unqualified teacher."""
    stages = dict(Grade.objects.values_list("code", "stage_code"))
    grades = {each.pk: each.grade_code for each in classes}
    rows = list(
        Placement.objects.filter(term=term, school_class__in=grades)
        .order_by()
        .values_list("school_class", "subject", "teacher", "slot", "slot__course__host_teacher")
        .annotate(periods=Count("pk"))
    )
    known = qualified_teachers({row[1] for row in rows}, day)
    given: dict[int, Counter[str]] = defaultdict(Counter)
    doubtful: dict[int, set[str]] = defaultdict(set)
    judged: dict[tuple[int | None, str, str], bool] = {}
    for school_class, subject, teacher, slot, host, periods in rows:
        given[school_class][subject] += periods
        key = (host if slot else teacher, subject, stages.get(grades[school_class], ""))
        if key not in judged:
            judged[key] = may_teach(known, *key)
        if not judged[key]:
            doubtful[school_class].add(subject)
    return {pk: (dict(given[pk]), doubtful[pk]) for pk in given}


def folding(plan: Mapping[str, Requirement]) -> dict[str, str]:
    """Which part of a subject counts under which whole of a plan."""
    return {
        part: whole
        for whole, parts in _PARTS.items()
        for part in parts
        if whole in plan and part not in plan
    }
