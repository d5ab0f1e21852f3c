"""Who consents to what, now or at a moment of the past."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Consent, Enrolment, Person, SchoolClass
from tongke.foundation.people.profile import ConsentPurpose, PeopleProfile


def purposes() -> tuple[ConsentPurpose, ...]:
    """What the region asks guardians for, in the order of its profile."""
    return current(PeopleProfile).consent_purposes


def birthday_cutoff(today: date) -> date:
    """Children born after this day are younger than the age from which they answer themselves."""
    year = today.year - current(PeopleProfile).consent_age
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February of a common year: they come of age on 1 March
        return date(year, 2, 28)


def has_consent(child: Person, purpose: str, on: date | datetime) -> bool:
    """Whether a standing consent to the current text of `purpose` covers this child.

    No answer, a refusal, a withdrawal and a consent to an older text all mean no.

    Args:
        on: the moment asked about; a day means its end.
    """
    return consenting(Person.objects.filter(pk=child.pk), purpose, on).exists()


def consenting(children: QuerySet[Person], purpose: str, on: date | datetime) -> QuerySet[Person]:
    """Those of `children` whom a standing consent covers; see `has_consent`."""
    version = {one.code: one.version for one in purposes()}.get(purpose)
    if version is None:
        return children.none()
    moment = _moment(on)
    newest = (
        Consent.objects.filter(child=OuterRef("pk"), purpose=purpose, at__lte=moment)
        .order_by("-at", "-pk")
        .values("pk")[:1]
    )
    standing = Consent.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment), given=True, version=version
    )
    return children.alias(_newest=Subquery(newest)).filter(
        Exists(standing.filter(pk=OuterRef("_newest")))
    )


def _moment(on: date | datetime) -> datetime:
    if isinstance(on, datetime):
        return on
    return timezone.make_aware(datetime.combine(on, time.max))


@dataclass(frozen=True)
class Answer:
    """One answer as the history shows it."""

    guardian: str
    given: bool
    version: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Question:
    """One purpose put to the guardian of one child.

    Attributes:
        state: ``open`` (to be answered), ``given``, ``refused``, or ``renew`` (the text changed).
    """

    purpose: ConsentPurpose
    state: str
    since: datetime | None
    history: tuple[Answer, ...]

    @property
    def waiting(self) -> bool:
        """Whether an answer is due."""
        return self.state in {"open", "renew"}


@dataclass(frozen=True)
class ChildQuestions:
    """All purposes for one child."""

    child: Person
    class_name: str
    school_name: str
    questions: tuple[Question, ...]


def questions(children: QuerySet[Person], today: date) -> list[ChildQuestions]:
    """Every purpose for each child, with the standing answer and all former ones."""
    listed = list(children.order_by("pk"))
    answers: dict[tuple[int, str], list[Consent]] = {}
    rows = Consent.objects.filter(child__in=listed).select_related("guardian")
    for row in rows.order_by("-at", "-pk"):
        answers.setdefault((row.child_id, row.purpose), []).append(row)
    places = {
        row.pupil_id: row.school_class
        for row in Enrolment.objects.filter(
            now(today), pupil__in=listed, standing=True
        ).select_related("school_class__school")
    }
    return [
        ChildQuestions(
            child=child,
            class_name=places[child.pk].name if child.pk in places else "",
            school_name=places[child.pk].school.name if child.pk in places else "",
            questions=tuple(
                _question(purpose, answers.get((child.pk, purpose.code), []))
                for purpose in purposes()
            ),
        )
        for child in listed
    ]


def _question(purpose: ConsentPurpose, rows: list[Consent]) -> Question:
    history = tuple(
        Answer(row.guardian.name, row.given, row.version, row.at, row.withdrawn_at) for row in rows
    )
    newest = rows[0] if rows else None
    if newest is None or newest.withdrawn_at is not None:
        state = "open"
    elif newest.version != purpose.version:
        state = "renew"
    else:
        state = "given" if newest.given else "refused"
    since = newest.at if newest is not None and state in {"given", "refused"} else None
    return Question(purpose, state, since, history)


@dataclass(frozen=True)
class ClassConsents:
    """How the guardians of one class have answered one purpose after the other."""

    school_class: SchoolClass
    pupils: int
    given: tuple[tuple[str, int], ...]


def class_overview(classes: QuerySet[SchoolClass], today: date) -> list[ClassConsents]:
    """For each class: pupils on the roll and, for each purpose, how many are covered."""
    listed = list(classes.select_related("school"))
    roll: dict[int, set[int]] = {each.pk: set() for each in listed}
    rows = Enrolment.objects.filter(now(today), school_class__in=listed)
    for school_class, pupil in rows.values_list("school_class", "pupil"):
        roll[school_class].add(pupil)
    pupils = Person.objects.filter(pk__in=rows.values("pupil"))
    covered = {
        one.code: set(consenting(pupils, one.code, today).values_list("pk", flat=True))
        for one in purposes()
    }
    return [
        ClassConsents(
            each,
            len(roll[each.pk]),
            tuple((one.name, len(roll[each.pk] & covered[one.code])) for one in purposes()),
        )
        for each in listed
    ]


@dataclass(frozen=True)
class PupilConsents:
    """The standing answers of one pupil's guardians, one question per purpose."""

    pupil: Person
    seat: int | None
    questions: tuple[Question, ...]


def class_answers(school_class: SchoolClass, today: date) -> list[PupilConsents]:
    """Every pupil of a class with the state of every purpose, in the order of seats."""
    roll = list(
        Enrolment.objects.filter(now(today), school_class=school_class)
        .select_related("pupil")
        .order_by("seat", "pupil__number")
    )
    asked = {
        each.child.pk: each.questions
        for each in questions(Person.objects.filter(pk__in=[one.pupil_id for one in roll]), today)
    }
    return [PupilConsents(one.pupil, one.seat, tuple(asked[one.pupil_id])) for one in roll]
