"""Reads of homework: lists with their counts, the results of a class, a pupil's own list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, F, Q, QuerySet

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.foundation.people.policy import wards
from tongke.foundation.people.roles import Role
from tongke.teaching.assessment.models import Item
from tongke.teaching.homework import policy
from tongke.teaching.homework.models import Homework, HomeworkItem, Response, Submission


@dataclass(frozen=True)
class ClassResult:
    """How far one class is with a homework."""

    school_class: SchoolClass
    pupils: int
    handed_in: int
    share: float | None

    @property
    def waiting(self) -> int:
        """Pupils who have not handed in."""
        return self.pupils - self.handed_in


@dataclass(frozen=True)
class ItemResult:
    """How one item was answered."""

    item: HomeworkItem
    answered: int
    share: float | None
    common_wrong: str


@dataclass(frozen=True)
class PupilRow:
    """One pupil's line: the submission, or None."""

    pupil: Person
    school_class: SchoolClass
    submission: Submission | None


def listed(rows: QuerySet[Homework]) -> QuerySet[Homework]:
    """Homework as lists show it, newest due first, with how many handed in."""
    done = Q(submissions__state=Submission.State.MARKED)
    return (
        rows.select_related("lesson__course__subject", "lesson__course__grade", "set_by")
        .annotate(handed_in=Count("submissions", filter=done, distinct=True))
        .order_by("-due_at", "-id")
    )


def open_for(actor: Actor) -> QuerySet[Homework]:
    """Homework that a pupil (or a guardian's children) has still to hand in."""
    if actor.role not in {Role.PUPIL, Role.GUARDIAN}:
        return Homework.objects.none()
    who = [actor.person] if actor.role is Role.PUPIL else list(wards(actor))
    done = Submission.objects.filter(pupil__in=who).exclude(state=Submission.State.DOING)
    return (
        policy.homework(actor, policy.Perm.HOMEWORK_READ)
        .filter(state=Homework.State.OPEN)
        .exclude(pk__in=done.values("homework"))
        .select_related("lesson__course__subject")
        .order_by("due_at")
    )


def items_of(homework: Homework) -> QuerySet[HomeworkItem]:
    """The items with their bank rows, in order."""
    return homework.items.select_related("item__key_point")


def roll(homework: Homework, classes: QuerySet[SchoolClass]) -> list[PupilRow]:
    """Every pupil of the given classes with their submission, by class and seat."""
    done = {row.pupil_id: row for row in Submission.objects.filter(homework=homework)}
    enrolled = (
        Enrolment.objects.filter(school_class__in=classes, until=None)
        .select_related("pupil", "school_class__school")
        .order_by("school_class__school__path", "seat", "pupil__name")
    )
    return [PupilRow(row.pupil, row.school_class, done.get(row.pupil_id)) for row in enrolled]


def class_results(homework: Homework, classes: QuerySet[SchoolClass]) -> list[ClassResult]:
    """Counts and mean share of each class; no names, no order by result."""
    pupils = dict(
        Enrolment.objects.filter(school_class__in=classes, until=None)
        .values_list("school_class")
        .annotate(number=Count("id"))
    )
    marked = Submission.objects.filter(homework=homework, state=Submission.State.MARKED)
    results = {
        row["school_class"]: row
        for row in marked.values("school_class").annotate(
            number=Count("id"), share=Avg(F("points") * 1.0 / F("full_points"))
        )
    }
    return [
        ClassResult(
            one,
            pupils.get(one.pk, 0),
            results.get(one.pk, {}).get("number", 0),
            results.get(one.pk, {}).get("share"),
        )
        for one in classes.select_related("school")
    ]


def item_results(homework: Homework, classes: QuerySet[SchoolClass]) -> list[ItemResult]:
    """Each item's share right and its most common wrong answer."""
    rows = Response.objects.filter(
        submission__homework=homework,
        submission__state=Submission.State.MARKED,
        submission__school_class__in=classes,
    ).values_list("homework_item_id", "points", "overruled_points", "correct", "answer")
    shares: dict[int, list[float]] = defaultdict(list)
    wrong: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    items = list(items_of(homework))
    full = {each.pk: each.points for each in items}
    for pk, points, overruled, correct, answer in rows:
        reached = points if overruled is None else overruled
        shares[pk].append((reached or 0) / full[pk])
        if correct is False and overruled is None and answer:
            wrong[pk]["、".join(answer)] += 1
    return [
        ItemResult(
            each,
            len(shares[each.pk]),
            sum(shares[each.pk]) / len(shares[each.pk]) if shares[each.pk] else None,
            max(wrong[each.pk], key=lambda text: wrong[each.pk][text]) if wrong[each.pk] else "",
        )
        for each in items
    ]


def classes_for(homework: Homework, actor: Actor) -> QuerySet[SchoolClass]:
    """The classes of a homework that this teacher may look into: all for the host, own for others."""
    rows = SchoolClass.objects.filter(homework__homework=homework)
    if actor.person.pk in {homework.set_by_id, homework.lesson.teacher_id}:
        return rows.order_by("school__path")
    if actor.role is Role.TEACHER:
        return rows.filter(
            lesson_classes__lesson=homework.lesson, lesson_classes__assistant=actor.person
        )
    if actor.role is Role.HEAD:
        return rows.filter(school__path__startswith=actor.organisation.path)
    if actor.role in {Role.RESEARCHER, Role.OFFICER}:
        return rows.order_by("school__path")
    return rows.none()


def responses_of(submission: Submission) -> dict[int, Response]:
    """The saved responses of a submission by number of the item."""
    rows = submission.responses.select_related("homework_item", "overruled_by")
    return {row.homework_item.seq: row for row in rows}


def answers_shown(
    homework: Homework, submission: Submission | None, at: datetime, when: str
) -> bool:
    """Whether right answers may be shown to the pupil now (`when` is the region's setting)."""
    if submission is None or submission.state != Submission.State.MARKED:
        return False
    return when == "submitted" or at >= homework.due_at


def was_given(item: Item) -> bool:
    """Whether an item of the bank stands in a homework that was given out."""
    rows = HomeworkItem.objects.filter(item=item)
    return rows.exclude(homework__state=Homework.State.DRAFT).exists()
