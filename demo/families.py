"""The children and their families: classes, rolls, guardians, accounts, consent."""

import random
from collections.abc import Iterator
from copy import copy
from datetime import timedelta

from demo import cast, names
from demo.joint import CoursePlan
from demo.staffing import Klass
from demo.world import School, World, at
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Appointment, Person
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import FAMILY, Role
from tongke.foundation.people.services import consents
from tongke.foundation.people.services.accounts import open_accounts
from tongke.foundation.people.services.classes import (
    NewClass,
    NewEnrolment,
    enrol_many,
    open_classes,
)
from tongke.foundation.people.services.guardians import NewGuardianship, link_guardians
from tongke.foundation.people.services.persons import NewPerson, add_people
from tongke.foundation.people.services.pupils import guardian_number

_SHARE = 0.12
"""How often a child whose surname another class of the school knows is that child's sibling."""
_SMALL_CAST = {
    ("石笋坪", "15", 2): ("苏小禾", "2"), ("石笋坪", "12", 4): ("苏小苗", "2"),
    ("石笋坪", "13", 1): ("罗安澜", "1"),
}  # fmt: skip
_CAST_HOMES = {
    "苏小苗": ("苏长林", "1", "父亲"), "苏小禾": ("苏长林", "1", "父亲"),
    "罗安澜": ("罗青禾", "2", "母亲"),
}  # fmt: skip
_RELATIONS = (("父亲", "1"),) * 5 + (("母亲", "2"),) * 4 + (("祖母", "2"), ("祖父", "1"))
_FIRST_PHONE = 1000


def open_all_classes(world: World) -> None:
    """Every class with its homeroom teacher."""
    keys = [(school, klass) for school in world.schools.values() for klass in school.spec.sizes]
    rows = [
        NewClass(
            school=school.organisation, grade_code=klass[0], number=klass[1],
            entry_year=entry_year(world, klass[0]), homeroom_teacher=school.homeroom(klass),
        )
        for school, klass in keys
    ]  # fmt: skip
    by = world.admin(world.clock.before.date())
    made = open_classes(rows, by=by, at=world.clock.before)
    for (school, klass), one in zip(keys, made, strict=True):
        school.classes[klass] = one


def entry_year(world: World, grade: str) -> int:
    """When the children of a grade came to school."""
    return world.clock.school_year - int(grade) + 11


def admit_all(world: World) -> None:
    """Every pupil on the roll of a class, and a guardian for each."""
    new: list[NewPerson] = []
    places: list[tuple[School, Klass, int]] = []
    for school in world.schools.values():
        for klass in school.spec.sizes:
            for seat, pupil in enumerate(_pupils(world, school, klass, len(new)), 1):
                new.append(pupil)
                places.append((school, klass, seat))
    by, moment = world.admin(world.clock.before.date()), world.clock.before
    people = add_people(new, by=by, at=moment)
    for (school, klass, _), person in zip(places, people, strict=True):
        school.pupils.setdefault(klass, []).append(person)
    since = world.clock.before.date()
    rolls = [
        NewEnrolment(pupil=person, school_class=school.classes[klass], since=since, seat=seat)
        for (school, klass, seat), person in zip(places, people, strict=True)
    ]
    enrol_many(rolls, by=by, at=moment)
    _families(world, by)


def _pupils(world: World, school: School, klass: Klass, count: int) -> Iterator[NewPerson]:
    chance = names.lot("pupils", school.spec.key, *klass)
    year = entry_year(world, klass[0])
    seen: set[str] = set()
    for place in range(school.spec.sizes[klass]):
        sex = chance.choice("12")
        born = names.birthday(chance, year)
        name, sex = _SMALL_CAST.get((school.spec.key, klass[0], place), ("", sex))
        while not name or name in seen:
            name = names.surname(chance) + names.given(chance, "pupil", sex)
        seen.add(name)
        yield NewPerson(
            name=name, number=f"XS{year}{count + place:05d}", sex=sex, birth_date=born,
            id_number=names.id_number(born, sex, count + place),
        )  # fmt: skip


def _families(world: World, by: Actor) -> None:
    """One guardian for each child, the same for brothers and sisters."""
    drafts: list[_Family] = []
    for school in world.schools.values():
        drafts.extend(_homes(world, school))
    fresh = [each for each in drafts if each.guardian is None]
    people = add_people(
        (
            NewPerson(name=each.name, number=guardian_number(each.children[0].number, set()),
                      sex=each.sex, phone=names.phone(_FIRST_PHONE + place))
            for place, each in enumerate(fresh)
        ),
        by=by, at=world.clock.before,
    )  # fmt: skip
    for each, person in zip(fresh, people, strict=True):
        each.guardian = person
    links = [
        NewGuardianship(guardian=each.person, child=child, relation=each.relation,
                        since=world.clock.before.date())
        for each in drafts
        for child in each.children
    ]  # fmt: skip
    link_guardians(links, by=by, at=world.clock.before)
    world.families = [(row.guardian, row.child) for row in links]
    for guardian, child in world.families:
        if child.name == "苏小禾" and guardian.name == "苏长林":
            world.cast[cast.GUARDIAN], world.cast[cast.PUPIL] = guardian, child


class _Family:
    """A guardian to be, with the children they care for."""

    def __init__(self, child: Person, name: str, sex: str, relation: str) -> None:
        self.children = [child]
        self.name, self.sex, self.relation = name, sex, relation
        self.guardian: Person | None = None

    @property
    def person(self) -> Person:
        assert self.guardian is not None
        return self.guardian


def _homes(world: World, school: School) -> list[_Family]:
    chance = names.lot("homes", school.spec.key)
    homes: list[_Family] = []
    known: dict[str, tuple[_Family, Klass]] = {}
    for klass, pupils in school.pupils.items():
        for pupil in pupils:
            home = _CAST_HOMES.get(pupil.name) if school.spec.key == "石笋坪" else None
            key = home[0] if home else pupil.name[:-2]
            before = known.get(key)
            if before and before[1][0] != klass[0] and (home or chance.random() < _SHARE):
                before[0].children.append(pupil)
                continue
            family = _Family(pupil, *home) if home else _strangers(chance, pupil)
            if family.name == "罗青禾":
                family.guardian = world.cast["luo"]
            known[key] = family, klass
            homes.append(family)
    return homes


def _strangers(chance: random.Random, pupil: Person) -> _Family:
    relation, sex = chance.choice(_RELATIONS)
    own = pupil.name[:-2] if sex == "1" else names.surname(chance)
    return _Family(pupil, own + names.given(chance, "guardian", sex), sex, relation)


def open_all_accounts(world: World) -> None:
    """Accounts for all staff and for the families of the two leading consortia.

    One hash serves all of them: hashing thousands of passwords well takes minutes, on purpose.
    """
    by, moment = world.admin(world.clock.before.date()), world.clock.before
    # The administrator, the first of all, has an account already.
    everybody = [one for one in _with_accounts(world) if one.pk not in world.accounts]
    made = open_accounts(
        [_signing_in(world, one) for one in everybody],
        password_hash=world.accounts[world.cast["guan"].pk].password, must_change=False,
        by=by, at=moment,
    )  # fmt: skip
    world.accounts |= {one.person_id: one for one in made}
    _know_family_roles(world)


def _signing_in(world: World, person: Person) -> Person:
    """The person as the account takes them: the cast signs in with a name, others by number."""
    shown = {each.login for each in cast.LOGINS}
    login = next((key for key, one in world.cast.items() if one.pk == person.pk), "")
    if login not in shown:
        return person
    known = copy(person)
    known.number = login
    return known


def _with_accounts(world: World) -> list[Person]:
    staff = [
        person
        for school in world.schools.values()
        for person in (*school.teachers, *([] if school.spec.is_point else [school.head]))
        if person is not None
    ]
    bureau = Person.objects.filter(appointments__organisation__in=world.offices.values()).order_by(
        "pk"
    )
    deep = {
        pupil.pk for school in world.deep for pupils in school.pupils.values() for pupil in pupils
    }
    family = [one for pair in world.families if pair[1].pk in deep for one in pair]
    return list({person.pk: person for person in (*bureau, *staff, *family)}.values())


def _know_family_roles(world: World) -> None:
    rows = Appointment.objects.filter(role__in=FAMILY, person__in=Account.objects.values("person"))
    world.keep(list(rows.select_related("organisation").order_by("pk")))


def ask_consent(world: World, plans: list[CoursePlan]) -> None:
    """Most guardians of the children in the leading courses answer; some questions stay open."""
    purposes = [one.code for one in current(PeopleProfile).consent_purposes][:3]
    asked: set[int] = set()
    for plan in plans:
        if plan.telling == "full":
            centre = world.schools[world.groups[plan.group].centre.key]
            rolls = [centre.pupils[plan.klass]]
            rolls += [world.schools[key].pupils[plan.grade, 1] for key in plan.points]
            asked |= {pupil.pk for roll in rolls for pupil in roll}
    for guardian, child in world.families:
        if child.pk in asked:
            _answer(world, guardian, child, purposes)


def _answer(world: World, guardian: Person, child: Person, purposes: list[str]) -> None:
    chance = names.lot("consent", child.number)
    day = world.clock.starts_on - timedelta(days=chance.randint(1, 5))
    by = world.acting(guardian, Role.GUARDIAN, day)
    for purpose in purposes:
        drawn = chance.random()
        waits = child.name == "苏小禾" and purpose == "recording"
        if waits or drawn > 0.92 or (purpose == "showcase" and drawn > 0.3):
            continue
        moment = at(day, f"{chance.randint(18, 21)}:{chance.randint(0, 59):02d}")
        consents.answer(child, guardian, purpose, given=drawn > 0.04, by=by, at=moment)
