"""Teaching tasks as lists and forms show them."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.teaching.timetable.models import Placement, SchoolPlan, TeachingTask, Term

_SORTS = {
    "subject": ("subject__position", "pk"), "periods": ("periods", "subject__position", "pk"),
}  # fmt: skip


def task_rows(rows: QuerySet[TeachingTask]) -> QuerySet[TeachingTask]:
    """Tasks with all that pages and the planner read of them; in the usual order."""
    classes = SchoolClass.objects.select_related("school").order_by("grade_code", "number")
    return (
        rows.select_related("subject", "room", "school", "term")
        .prefetch_related(
            Prefetch("classes", queryset=classes),
            Prefetch("teachers", queryset=Person.objects.order_by("name", "pk")),
        )
        .order_by("subject__position", "pk")
    )


def tasks_of(school: Organisation, term: Term) -> list[TeachingTask]:
    """All tasks of a school's term."""
    return list(task_rows(TeachingTask.objects.filter(school=school, term=term)))


def searched(
    rows: QuerySet[TeachingTask], *, text: str = "", subject: str = "", school_class: int | None,
    sort: str = "",
) -> QuerySet[TeachingTask]:  # fmt: skip
    """Tasks that match what the list page asks for."""
    if text:
        rows = rows.filter(
            Q(classes__name__contains=text) | Q(teachers__name__contains=text)
            | Q(subject__name__contains=text) | Q(tags__contains=text)
        ).distinct()  # fmt: skip
    if subject:
        rows = rows.filter(subject=subject)
    if school_class:
        rows = rows.filter(classes=school_class)
    order = _SORTS.get(sort.lstrip("-"), _SORTS["subject"])
    back = "-" if sort.startswith("-") else ""
    return task_rows(rows).order_by(f"{back}{order[0]}", *order[1:])


def classes_of(school: Organisation) -> QuerySet[SchoolClass]:
    """The classes of a school that tasks may name."""
    rows = SchoolClass.objects.filter(
        school=school, closed_on=None, kind=SchoolClass.Kind.STANDING
    ).select_related("school")
    return rows.order_by("grade_code", "number")


def subjects_of(school: Organisation, term: Term) -> list[tuple[str, str]]:
    """The subjects that a school's tasks are in, as choices."""
    rows = TeachingTask.objects.filter(school=school, term=term).order_by("subject__position")
    return list(rows.values_list("subject", "subject__name").distinct())


def class_names(task: TeachingTask) -> str:
    """The classes of a task: 五年级1班、五年级2班."""
    return "、".join(each.name for each in task.classes.all())


def teacher_names(task: TeachingTask) -> str:
    """The teachers of a task."""
    return "、".join(each.name for each in task.teachers.all()) or "未定"


def title(task: TeachingTask) -> str:
    """How a task is called: 五年级1班音乐."""
    return f"{class_names(task)}{task.subject.name}"


@dataclass(frozen=True)
class Totals:
    """What the tasks of a term add up to."""

    tasks: int
    periods: int
    classes: int
    teachers: int
    without_teacher: int


def totals(school: Organisation, term: Term) -> Totals:
    """The figures above the task list; four queries."""
    rows = TeachingTask.objects.filter(school=school, term=term)
    sums = rows.aggregate(tasks=Count("pk"), periods=Sum("periods"))
    return Totals(
        tasks=sums["tasks"], periods=sums["periods"] or 0,
        classes=SchoolClass.objects.filter(teaching_tasks__in=rows).distinct().count(),
        teachers=Person.objects.filter(teaching_tasks__in=rows).distinct().count(),
        without_teacher=rows.filter(teachers=None).count(),
    )  # fmt: skip


@dataclass(frozen=True)
class Derived:
    """A task as the placements of a week tell of it."""

    subject: str
    classes: tuple[int, ...]
    teachers: tuple[int, ...]
    periods: int
    room: int | None
    weeks: str = "all"


def derived(school: Organisation, term: Term) -> list[Derived]:
    """The tasks behind the ordinary placements of a school's term.

    A class's lessons of one subject by one teacher are one task. The room is kept when all of
    them are in the same one.
    """
    rows = Placement.objects.filter(
        term=term, school_class__school=school, slot=None, school_class__closed_on=None
    ).order_by("school_class", "weekday", "seq")
    found: dict[tuple[int, str, int | None, str], list[Placement]] = {}
    for row in rows:
        key = (row.school_class_id, row.subject_id, row.teacher_id, row.weeks)
        found.setdefault(key, []).append(row)
    made = []
    for (school_class, subject, teacher, weeks), listed in found.items():
        rooms = {each.room_id for each in listed}
        made.append(
            Derived(
                subject=subject, classes=(school_class,), periods=len(listed),
                teachers=(teacher,) if teacher else (), weeks=weeks,
                room=next(iter(rooms)) if len(rooms) == 1 else None,
            )
        )  # fmt: skip
    return made


def places_of(school: Organisation, term: Term) -> dict[tuple[int, str], list[Placement]]:
    """The ordinary placements by class and subject, in the order of the week."""
    rows = Placement.objects.filter(term=term, school_class__school=school, slot=None)
    found: dict[tuple[int, str], list[Placement]] = {}
    for row in rows.order_by("weekday", "seq"):
        found.setdefault((row.school_class_id, row.subject_id), []).append(row)
    return found


_PLAN_SORTS = {
    "number": "number", "name": "name", "soft": "soft", "placed": "placed", "made": "created_at",
}  # fmt: skip


def plan_rows(rows: QuerySet[SchoolPlan], sort: str = "") -> QuerySet[SchoolPlan]:
    """Versions with all that the list shows of them; newest first unless sorted otherwise."""
    field = _PLAN_SORTS.get(sort.lstrip("-"), "number")
    back = "-" if sort.startswith("-") or not sort else ""
    return (
        rows.select_related("term", "school", "parent", "created_by")
        .annotate(total=Count("entries"), placed=Count("entries", filter=Q(entries__weekday__gt=0)))
        .order_by(f"{back}{field}", "-number")
    )


def current_plan(school: Organisation, term: Term) -> SchoolPlan | None:
    """The version that is the school's timetable now."""
    return SchoolPlan.objects.filter(
        school=school, term=term, state=SchoolPlan.State.PUBLISHED
    ).first()


def other_plans(plan: SchoolPlan) -> list[SchoolPlan]:
    """The other versions of the same school and term, newest first."""
    rows = SchoolPlan.objects.filter(school=plan.school_id, term=plan.term_id)
    return list(rows.exclude(pk=plan.pk).order_by("-number"))


@dataclass(frozen=True)
class SchoolLine:
    """A school in the bureau's list: its tasks and versions."""

    school: Organisation
    tasks: int
    plans: int
    published: SchoolPlan | None


def school_lines(schools: list[Organisation], term: Term | None) -> list[SchoolLine]:
    """The lines of these schools; three queries."""
    if term is None:
        return [SchoolLine(each, 0, 0, None) for each in schools]

    def counted(model: type[TeachingTask] | type[SchoolPlan]) -> dict[int, int]:
        rows = model._default_manager.filter(term=term, school__in=schools).order_by()
        return dict(rows.values_list("school").annotate(Count("pk")))

    tasks, plans = counted(TeachingTask), counted(SchoolPlan)
    current = SchoolPlan.objects.filter(
        term=term, school__in=schools, state=SchoolPlan.State.PUBLISHED
    )
    published = {each.school_id: each for each in current}
    return [
        SchoolLine(each, tasks.get(each.pk, 0), plans.get(each.pk, 0), published.get(each.pk))
        for each in schools
    ]
