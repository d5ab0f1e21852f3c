"""Scope: what policies give is what an independent reckoning over plain data gives."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.foundation.people import policy
from tongke.foundation.people.actors import Actor, actor_for
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    SchoolClass,
)
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import TODAY, World, make_actor, make_person

pytestmark = pytest.mark.django_db
# Two counties: (parent, kind). Schools 3, 4, 7 and points 5, 8; offices 2 and 6 of county 0, 6.
TREE = (
    (None, "region"), (0, "bureau"), (1, "office"), (0, "school"), (0, "school"), (3, "point"),
    (None, "region"), (6, "school"), (7, "point"),
)  # fmt: skip
SCHOOLS = (3, 4, 5, 7, 8)
PEOPLE = 7
BUREAU = {"researcher", "officer", "director", "sysadmin"}
SCHOOL = {"teacher", "head", "timetabler"}
DAYS = st.sampled_from([-400, -1, 0, 1])
ENDS = st.sampled_from([None, -1, 0, 30])


@dataclass
class Facts:
    """A small world as plain tuples; persons, organisations and classes are indices."""

    roles: list[tuple[int, int, str, int, int | None]]
    homerooms: list[int | None]
    roll: list[tuple[int, int, int, int | None]]
    care: list[tuple[int, int, int | None]]
    born: list[int]
    people: list[Person] = field(default_factory=list)
    places: list[Organisation] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)


PERSON = st.integers(0, PEOPLE - 1)
FACTS = st.builds(
    Facts,
    roles=st.lists(
        st.tuples(
            PERSON, st.integers(0, len(TREE) - 1), st.sampled_from([str(role) for role in Role]),
            DAYS, ENDS,
        ),
        min_size=3, max_size=9, unique_by=lambda row: row[:3],
    ),
    homerooms=st.lists(st.none() | PERSON, min_size=len(SCHOOLS), max_size=len(SCHOOLS)),
    roll=st.lists(
        st.tuples(PERSON, st.integers(0, len(SCHOOLS) - 1), DAYS, ENDS), max_size=6,
        unique_by=lambda row: row[0],
    ),
    care=st.lists(st.tuples(PERSON, PERSON, ENDS), max_size=5, unique_by=lambda row: row[:2]),
    born=st.lists(st.sampled_from([2010, 2016]), min_size=PEOPLE, max_size=PEOPLE),
)  # fmt: skip


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def last(since: int, until: int | None) -> int | None:
    return None if until is None else max(since, until)


def store(facts: Facts) -> None:
    """Write the facts as they are, bypassing services: policies must hold for any rows."""
    for number, (parent, kind) in enumerate(TREE):
        above = facts.places[parent] if parent is not None else None
        one = Organisation.objects.create(
            parent=above, kind=kind, level="school", code=f"S{number}", name=f"机构{number}",
            short_name=f"机构{number}", path="",
        )  # fmt: skip
        one.path = f"{above.path if above else ''}{one.pk:04d}."
        one.save(update_fields=["path"])
        facts.places.append(one)
    facts.people += [
        Person.objects.create(name=f"人{number}", number=f"N{number}", birth_date=date(year, 1, 1))
        for number, year in enumerate(facts.born)
    ]
    for person, place, role, since, until in facts.roles:
        Appointment.objects.create(
            person=facts.people[person], organisation=facts.places[place], role=role,
            since=day(since), until=day(last(since, until)) if until is not None else None,
        )  # fmt: skip
    for school, homeroom in zip(SCHOOLS, facts.homerooms, strict=True):
        facts.classes.append(
            SchoolClass.objects.create(
                school=facts.places[school],
                grade_code="15",
                number=1,
                name="五（1）班",
                entry_year=2022,
                homeroom_teacher=None if homeroom is None else facts.people[homeroom],
            )
        )
    for person, klass, since, until in facts.roll:
        Enrolment.objects.create(
            pupil=facts.people[person], school_class=facts.classes[klass], since=day(since),
            until=day(last(since, until)) if until is not None else None,
        )  # fmt: skip
    for guardian, child, until in facts.care:
        Guardianship.objects.create(
            guardian=facts.people[guardian], child=facts.people[child], relation="父亲",
            since=day(-400), until=day(until) if until is not None else None,
        )  # fmt: skip


def holds(since: int, until: int | None) -> bool:
    end = last(since, until)
    return since <= 0 and (end is None or end >= 0)


def above(place: int) -> set[int]:
    """A place and everything above it."""
    found, at = set(), place
    while at is not None:
        found.add(at)
        at = TREE[at][0]
    return found


class Oracle:
    """The rules of design §5 once more, over the tuples, by loops."""

    def __init__(self, facts: Facts, person: int, place: int, role: str) -> None:
        self.facts, self.me, self.role, self.place = facts, person, role, place
        top = place
        while TREE[top][1] in {"office", "bureau"}:
            top = TREE[top][0]
        self.scope = {each for each in range(len(TREE)) if top in above(each)}
        self.now = [row[:3] for row in facts.roles if holds(row[3], row[4])]

    def here(self, roles: set[str] | None = None) -> set[int]:
        return {who for who, where, role in self.now
                if where in self.scope and (roles is None or role in roles)}  # fmt: skip

    def wards(self) -> set[int]:
        return {child for guardian, child, until in self.facts.care
                if guardian == self.me and holds(-400, until)}  # fmt: skip

    def own_classes(self) -> set[int]:
        return {number for number, homeroom in enumerate(self.facts.homerooms)
                if homeroom == self.me and SCHOOLS[number] in self.scope}  # fmt: skip

    def on_roll(self, classes: set[int]) -> set[int]:
        return {pupil for pupil, klass, since, until in self.facts.roll
                if klass in classes and holds(since, until)}  # fmt: skip

    def people(self, perm: Perm) -> set[int]:
        keeps = self.role in {"sysadmin", "head", "timetabler"}
        own = self.on_roll(self.own_classes())
        match perm:
            case Perm.PERSON_READ:
                if keeps or self.role == "officer":
                    return self.here()
                if self.role in BUREAU:
                    return self.here(BUREAU | SCHOOL)
                extra = {"teacher": own, "guardian": self.wards()}.get(self.role, set())
                return extra | {self.me}
            case Perm.PERSON_EDIT:
                return self.here() if keeps else set()
            case Perm.SECRET_READ:
                if keeps:
                    return self.here()
                carers = {guardian for guardian, child, until in self.facts.care
                          if child in own and holds(-400, until)}  # fmt: skip
                return own | carers if self.role == "teacher" else set()
            case Perm.CONSENT_ANSWER:
                young = {who for who, year in enumerate(self.facts.born) if year == 2016}
                if self.role == "guardian":
                    return self.wards() & young
                return {self.me} - young if self.role == "pupil" else set()
            case Perm.ACCOUNT_EDIT:
                return self.here() - self.protected() if keeps else set()
        raise AssertionError(perm)

    def protected(self) -> set[int]:
        if self.role == "sysadmin":
            return set()
        higher = BUREAU | ({"head"} if self.role == "timetabler" else set())
        return {who for who, where, role in self.now
                if role in higher or (role in SCHOOL and where not in self.scope)}  # fmt: skip

    def classes(self, perm: Perm) -> set[int]:
        inside = {number for number, school in enumerate(SCHOOLS) if school in self.scope}
        keeps = self.role in {"sysadmin", "head", "timetabler"}
        match perm:
            case Perm.CLASS_READ if self.role in BUREAU | SCHOOL:
                return inside
            case Perm.CLASS_READ:
                whose = {self.me} if self.role == "pupil" else self.wards()
                return {klass for pupil, klass, since, until in self.facts.roll
                        if pupil in whose and holds(since, until)}  # fmt: skip
            case Perm.CONSENT_READ if self.role == "teacher":
                return self.own_classes()
        return inside if keeps else set()

    def organisations(self, perm: Perm) -> set[int]:
        match perm:
            case Perm.ORGANISATION_READ if self.role in BUREAU | {"head", "timetabler"}:
                return self.scope
            case Perm.ORGANISATION_READ:
                return {self.place}
            case Perm.ORGANISATION_EDIT:
                return self.scope if self.role == "sysadmin" else set()
        return self.scope if self.role in {"sysadmin", "officer", "head", "timetabler"} else set()


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(facts=FACTS)
def test_nobody_sees_beyond_the_scope_that_plain_reckoning_gives(facts: Facts) -> None:
    facts.people, facts.places, facts.classes = [], [], []
    with transaction.atomic():
        store(facts)
        for person, place, role, since, until in facts.roles:
            if holds(since, until):
                _compare(facts, person, place, role)
        transaction.set_rollback(True)


def _compare(facts: Facts, person: int, place: int, role: str) -> None:
    actor = Actor(
        account=Account(login="x", person=facts.people[person]), person=facts.people[person],
        role=Role(role), organisation=facts.places[place], appointment_id=0, subject_code="",
        today=TODAY,
    )  # fmt: skip
    oracle = Oracle(facts, person, place, role)
    for perm in (Perm.PERSON_READ, Perm.PERSON_EDIT, Perm.SECRET_READ, Perm.CONSENT_ANSWER,
                 Perm.ACCOUNT_EDIT):  # fmt: skip
        seen = {facts.people.index(one) for one in policy.people(actor, perm)}
        assert seen == oracle.people(perm), (role, perm)
    for perm in (Perm.CLASS_READ, Perm.CLASS_EDIT, Perm.CONSENT_READ):
        seen = {facts.classes.index(one) for one in policy.classes(actor, perm)}
        assert seen == oracle.classes(perm), (role, perm)
    for perm in (Perm.ORGANISATION_READ, Perm.ORGANISATION_EDIT, Perm.ROSTER_IMPORT):
        seen = {facts.places.index(one) for one in policy.organisations(actor, perm)}
        assert seen == oracle.organisations(perm), (role, perm)


RULES = (
    policy.organisations, policy.classes, policy.people, policy.titles, policy.appointments,
    policy.consents, policy.accounts, policy.posts,
)  # fmt: skip


def test_every_permission_is_denied_by_default(cast: World) -> None:
    for perm in Perm:
        for rule in RULES:
            rows = rule(cast.pupil, perm)
            allowed = {
                ("organisations", Perm.ORGANISATION_READ), ("classes", Perm.CLASS_READ),
                ("people", Perm.PERSON_READ), ("accounts", Perm.PERSON_READ),
            }  # fmt: skip
            if (rule.__name__, perm) not in allowed:
                assert not rows.exists(), (rule.__name__, perm)


def test_roles_that_may_be_given_never_exceed_ones_own(cast: World) -> None:
    assert policy.grantable_roles(cast.timetabler) == (Role.TEACHER,)
    assert policy.grantable_roles(cast.head) == (Role.TEACHER, Role.TIMETABLER)
    assert Role.PUPIL not in policy.grantable_roles(cast.sysadmin)
    for name in ("teacher", "officer", "director", "researcher", "pupil", "guardian"):
        assert policy.grantable_roles(cast.actors[name]) == ()


def test_somebody_with_several_roles_begins_in_the_most_responsible_one(cast: World) -> None:
    person = make_person()
    make_actor(Role.TEACHER, cast.centre, person=person)
    head = make_actor(Role.HEAD, cast.deer_bay, person=person)
    make_actor(Role.DIRECTOR, cast.region.bureau, person=person, since=day(1))

    first = actor_for(head.account, TODAY)
    other = actor_for(head.account, TODAY, person.appointments.get(role="teacher").pk)
    nonsense = actor_for(head.account, TODAY, 10**12)
    later = actor_for(head.account, day(1))

    assert first is not None
    assert other is not None
    assert nonsense is not None
    assert later is not None
    assert (first.role, other.role, nonsense.role, later.role) == (
        "head", "teacher", "head", "director",
    )  # fmt: skip
