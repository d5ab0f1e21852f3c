"""Approved posts against who is there, and the counts of the master-teacher register."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tongke.core.profile import current
from tongke.foundation.people.actors import now
from tongke.foundation.people.models import Appointment, Organisation, StaffPost, Title
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries.vocabulary import subject_name
from tongke.foundation.people.roles import Role


@dataclass(frozen=True)
class PostLine:
    """One subject at one school: approved posts, teachers there today."""

    school: Organisation
    subject_code: str
    subject: str
    approved: int
    present: int

    @property
    def missing(self) -> int:
        """Posts without a teacher; negative when there are more teachers than posts."""
        return self.approved - self.present

    @property
    def state(self) -> str:
        """The colour of the badge."""
        return "ok" if self.missing == 0 else "danger" if self.missing > 0 else "warn"


def newest_year(posts: QuerySet[StaffPost]) -> int | None:
    """The newest year for which posts are known."""
    return posts.order_by("-year").values_list("year", flat=True).first()


def post_lines(
    schools: QuerySet[Organisation], year: int, today: date, *, only_missing: bool = False
) -> list[PostLine]:
    """Every subject of every school with posts or teachers; two queries and the schools."""
    listed = {each.pk: each for each in schools}
    approved: dict[tuple[int, str], int] = {}
    for school, subject, count in StaffPost.objects.filter(
        school__in=listed, year=year
    ).values_list("school", "subject_code", "approved"):
        approved[school, subject] = count
    teachers = Appointment.objects.filter(
        now(today), organisation__in=listed, role=Role.TEACHER
    ).exclude(subject_code="")
    present: dict[tuple[int, str], int] = {}
    counted = (
        teachers.order_by()
        .values_list("organisation", "subject_code")
        .annotate(n=Count("person", distinct=True))
    )
    for school, subject, count in counted:
        present[school, subject] = count
    keys = sorted(approved.keys() | present.keys(), key=lambda key: (listed[key[0]].path, key[1]))
    lines = [
        PostLine(
            listed[school], subject, subject_name(subject),
            approved.get((school, subject), 0), present.get((school, subject), 0),
        )
        for school, subject in keys
    ]  # fmt: skip
    return [line for line in lines if line.missing > 0] if only_missing else lines


@dataclass(frozen=True)
class TitleFilter:
    """What the register is narrowed by."""

    words: str = ""
    kind: str = ""
    state: str = ""
    subject: str = ""
    school: int | None = None

    def apply(self, rows: QuerySet[Title]) -> QuerySet[Title]:
        """The rows that fit."""
        if self.words:
            rows = rows.filter(
                Q(person__name__icontains=self.words)
                | Q(person__number__istartswith=self.words)
                | Q(organisation__name__icontains=self.words)
            )
        for field, value in (
            ("kind", self.kind), ("state", self.state), ("subject_code", self.subject),
            ("organisation", self.school),
        ):  # fmt: skip
            if value:
                rows = rows.filter(**{field: value})
        return rows


@dataclass(frozen=True)
class TitleCount:
    """How many hold one kind of title today: filed, and still on the way."""

    kind: str
    name: str
    filed: int
    waiting: int


def title_counts(rows: QuerySet[Title], today: date) -> list[TitleCount]:
    """Filed and waiting titles for every kind of the region's list."""
    numbers: dict[tuple[str, str], int] = {}
    counted = (
        rows.filter(now(today)).order_by().values_list("kind", "state").annotate(n=Count("pk"))
    )
    for kind, state, count in counted:
        numbers[kind, state] = count
    profile = current(PeopleProfile)
    return [
        TitleCount(
            one.code,
            profile.title_name(one.code),
            numbers.get((one.code, Title.State.FILED), 0),
            numbers.get((one.code, Title.State.REPORTED), 0),
        )
        for one in profile.titles
    ]
