"""Reads of homework: lists with their counts, the results of a class, a pupil's own list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import Enrolment, Person, SchoolClass
from tongke.foundation.people.policy import wards
from tongke.foundation.people.roles import Role
from tongke.teaching.assessment.models import Item
from tongke.teaching.homework import policy
from tongke.teaching.homework.models import (
    Homework,
    HomeworkClass,
    HomeworkItem,
    Response,
    Submission,
)
from tongke.teaching.homework.profile import HomeworkProfile


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
        return max(0, self.pupils - self.handed_in)


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


@dataclass(frozen=True)
class Todo:
    """A homework that one pupil has still to hand in."""

    homework: Homework
    pupil: Person
    begun: bool
    late: bool


@dataclass(frozen=True)
class ClassLoad:
    """Written homework of one class on one day, in minutes, and the region's limit."""

    school_class: SchoolClass
    minutes: int
    limit: int

    @property
    def over(self) -> bool:
        """Whether it is more than the region allows."""
        return self.minutes > self.limit


def listed(rows: QuerySet[Homework]) -> QuerySet[Homework]:
    """Homework as lists show it, newest due first, with how many handed in."""
    done = Q(submissions__state=Submission.State.MARKED)
    return (
        rows.select_related("lesson__course__subject", "lesson__course__grade", "set_by")
        .annotate(handed_in=Count("submissions", filter=done))
        .order_by("-due_at", "-id")
    )


def open_for(actor: Actor) -> QuerySet[Homework]:
    """Homework that a pupil has still to hand in; nothing for other roles."""
    if actor.role is not Role.PUPIL:
        return Homework.objects.none()
    done = Submission.objects.filter(pupil=actor.person).exclude(state=Submission.State.DOING)
    return (
        policy.homework(actor, policy.Perm.HOMEWORK_TAKE)
        .filter(state=Homework.State.OPEN)
        .exclude(pk__in=done.values("homework"))
        .select_related("lesson__course__subject")
        .order_by("due_at", "pk")
    )


def todo(actor: Actor, at: datetime) -> list[Todo]:
    """What a pupil, or each child of a guardian, has still to hand in, soonest due first."""
    pupils = [actor.person] if actor.role is Role.PUPIL else list(wards(actor))
    roll = Enrolment.objects.filter(now(actor.today), pupil__in=pupils).select_related("pupil")
    by_class: dict[int, list[Person]] = defaultdict(list)
    for row in roll:
        by_class[row.school_class_id].append(row.pupil)
    known = {
        (one.homework_id, one.pupil_id): one
        for one in Submission.objects.filter(pupil__in=pupils, homework__state=Homework.State.OPEN)
    }
    late = timedelta(hours=current(HomeworkProfile).late_hours)
    given = HomeworkClass.objects.filter(
        school_class__in=by_class, homework__state=Homework.State.OPEN,
        homework__due_at__gte=at - late,
    )  # fmt: skip
    found = []
    for each in given.select_related("homework__lesson__course__subject"):
        for pupil in by_class[each.school_class_id]:
            one = known.get((each.homework_id, pupil.pk))
            if one is None or one.state == Submission.State.DOING:
                over = each.homework.due_at < at
                found.append(Todo(each.homework, pupil, begun=one is not None, late=over))
    return sorted(found, key=lambda one: (one.homework.due_at, one.homework.pk, one.pupil.pk))


def items_of(homework: Homework) -> list[HomeworkItem]:
    """The items with their bank rows, in order."""
    return list(homework.items.select_related("item__key_point"))


def _roll(classes: QuerySet[SchoolClass], today: date) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(now(today), school_class__in=classes.order_by().values("pk"))


def roll(homework: Homework, classes: QuerySet[SchoolClass], today: date) -> list[PupilRow]:
    """Every pupil of the given classes with their submission, by class and seat.

    Who handed in and has left the class since is still there, after the others.
    """
    done = {
        row.pupil_id: row
        for row in Submission.objects.filter(
            homework=homework, school_class__in=classes.order_by().values("pk")
        ).select_related("pupil", "school_class__school")
    }
    enrolled = (
        _roll(classes, today)
        .select_related("pupil", "school_class__school")
        .order_by("school_class__school__path", "school_class__number", "seat", "pupil__name")
    )
    rows = [PupilRow(row.pupil, row.school_class, done.pop(row.pupil_id, None)) for row in enrolled]
    return rows + [PupilRow(one.pupil, one.school_class, one) for one in done.values()]


def class_results(
    homework: Homework, classes: QuerySet[SchoolClass], today: date
) -> list[ClassResult]:
    """Counts and mean share of each class; no names, no order by result."""
    pupils = dict(
        _roll(classes, today).order_by().values_list("school_class").annotate(number=Count("id"))
    )
    marked = Submission.objects.filter(homework=homework, state=Submission.State.MARKED)
    grouped = marked.values_list("school_class").annotate(
        number=Count("id"), share=Avg(F("points") / F("full_points"))
    )
    results: dict[int, tuple[int, float | None]] = {
        pk: (number, share) for pk, number, share in grouped
    }
    found = []
    for one in classes.select_related("school"):
        number, share = results.get(one.pk, (0, None))
        found.append(ClassResult(one, pupils.get(one.pk, 0), number, share))
    return found


def item_results(homework: Homework, classes: QuerySet[SchoolClass]) -> list[ItemResult]:
    """Each item's share of the points reached and its most common wrong answer."""
    rows = Response.objects.filter(
        submission__homework=homework,
        submission__state=Submission.State.MARKED,
        submission__school_class__in=classes.order_by().values("pk"),
    ).values_list("homework_item_id", "points", "overruled_points", "correct", "answer")
    shares: dict[int, list[float]] = defaultdict(list)
    wrong: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    items = items_of(homework)
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
            max(wrong[each.pk], key=lambda text: (wrong[each.pk][text], text), default=""),
        )
        for each in items
    ]


def loads(homework: Homework, at: datetime) -> list[ClassLoad]:
    """What giving a draft out now would add up to that day, for classes with a limit."""
    limits = current(HomeworkProfile).daily_minutes
    classes = list(
        SchoolClass.objects.filter(
            lesson_classes__lesson=homework.lesson_id, grade_code__in=limits
        ).select_related("school")
    )
    today = (
        HomeworkClass.objects.filter(school_class__in=classes)
        .annotate(day=TruncDate("homework__opened_at"))
        .filter(day=timezone.localdate(at))
        .exclude(homework=homework)
    )
    known = dict(
        today.order_by().values_list("school_class").annotate(sum=Sum("homework__minutes"))
    )
    return [
        ClassLoad(one, known.get(one.pk, 0) + homework.minutes, limits[one.grade_code])
        for one in classes
    ]


def responses_of(submission: Submission) -> dict[int, Response]:
    """The saved responses of a submission by number of the item."""
    rows = submission.responses.select_related("homework_item", "overruled_by")
    return {row.homework_item.seq: row for row in rows}


def answers_shown(submission: Submission, at: datetime) -> bool:
    """Whether pupil and family may see the right answers now, by the region's setting."""
    if submission.state != Submission.State.MARKED:
        return False
    when = current(HomeworkProfile).show_answers
    return when == "submitted" or at >= submission.homework.due_at


def was_given(item: Item) -> bool:
    """Whether an item of the bank stands in a homework that was given out."""
    rows = HomeworkItem.objects.filter(item=item)
    return rows.exclude(homework__state=Homework.State.DRAFT).exists()
