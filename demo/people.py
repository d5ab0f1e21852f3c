"""Who works in the county: bureau and school staff with their roles and certificates."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from demo import cast, names
from demo.world import School, World
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.appointments import NewAppointment, appoint_many
from tongke.foundation.people.services.persons import NewPerson, add_people
from tongke.foundation.people.services.posts import add_qualifications, set_posts


def engage(world: World) -> None:
    """Everybody who works in the bureau and the schools, with roles and certificates."""
    by, moment = world.admin(world.clock.before.date()), world.clock.before
    bureau = cast.BUREAU[1:]
    phones = map(names.phone, range(1, 1000))
    new = [
        NewPerson(name=part.name, number=f"QXJ{number:02d}", sex=part.sex, phone=next(phones))
        for number, part in enumerate(bureau, 2)
    ]
    starts: dict[str, int] = {}
    for school in world.schools.values():
        starts[school.spec.key] = len(new)
        new.extend(_staff(world, school, phones))
    people = add_people(new, by=by, at=moment)
    rows = [
        NewAppointment(
            person=person, organisation=world.offices[part.office], role=Role(part.role),
            subject_code=part.subject, since=_years(person, world.clock.starts_on),
        )
        for part, person in zip(bureau, people, strict=False)
    ]  # fmt: skip
    world.cast |= {part.login: one for part, one in zip(bureau, people, strict=False) if part.login}
    for school in world.schools.values():
        first = starts[school.spec.key]
        school.teachers = people[first : first + len(school.staffing.posts)]
        rows.extend(_roles(world, school, people, first))
    world.keep(appoint_many(rows, by=by, at=moment))
    _papers(world, by)


def _years(person: Person, start: date) -> date:
    """Since when somebody is here: one to twenty school years."""
    year = start.year - names.lot("since", person.number).randint(1, 20)
    return date(year, 8, 20)


def _staff(world: World, school: School, phones: Iterator[str]) -> Iterator[NewPerson]:
    """Teachers in the order of their posts, then the head of a school that is no point."""
    spec = school.spec
    chance = names.lot("staff", spec.key)
    parts = {
        school.staffing.who(part.klass, part.subject): part
        for part in cast.TEACHERS
        if part.school == spec.key
    }
    seen: set[str] = {part.name for part in cast.TEACHERS}
    for post in school.staffing.posts:
        part = parts.get(post.number)
        sex = part.sex if part else chance.choice("2221")
        name = part.name if part else _unseen(chance, sex, seen)
        yield NewPerson(
            name=name,
            number=f"{spec.code}T{post.number + 1:02d}".replace("-", ""),
            sex=sex,
            birth_date=date(world.clock.school_year - chance.randint(25, 56), 3, 1)
            + timedelta(days=chance.randrange(300)),
            phone=next(phones),
        )
    if not spec.is_point:
        name = "顾立言" if spec.key == "qiyun" else _unseen(chance, "1", seen)
        yield NewPerson(name=name, number=f"{spec.code}H", sex="1", phone=next(phones))


def _unseen(chance: random.Random, sex: str, seen: set[str]) -> str:
    while True:
        name = names.surname(chance) + names.given(chance, "teacher", sex)
        if name not in seen:
            seen.add(name)
            return name


def _roles(
    world: World, school: School, people: list[Person], first: int
) -> Iterator[NewAppointment]:
    spec, here = school.spec, school.organisation
    parts = {part.login: part for part in cast.TEACHERS if part.school == spec.key}
    for login, part in parts.items():
        world.cast[login] = school.teacher(part.klass, part.subject)
    assert len({world.cast[login].pk for login in parts}) == len(parts), spec.key
    for post, person in zip(school.staffing.posts, school.teachers, strict=True):
        since = _years(person, world.clock.starts_on)
        yield NewAppointment(person=person, organisation=here, role=Role.TEACHER, since=since,
                             subject_code=post.main)  # fmt: skip
    taken = {person.pk for person in world.cast.values()}
    free = [each for each in school.teachers if each.pk not in taken]
    if spec.is_point:
        school.head = free[0]
    else:
        school.head = people[first + len(school.staffing.posts)]
    timetabler = cast.TIMETABLERS.get(spec.key)
    school.timetabler = world.cast[timetabler] if timetabler else free[1 if spec.is_point else 0]
    if spec.key == "qiyun":
        world.cast[cast.HEAD] = school.head
    since = world.clock.starts_on - timedelta(days=365)
    for person, role in ((school.head, Role.HEAD), (school.timetabler, Role.TIMETABLER)):
        yield NewAppointment(person=person, organisation=here, role=role, since=since)


def _papers(world: World, by: Actor) -> None:
    """Certificates, and the posts each school may fill."""
    rows = [
        (person, subject, "1")
        for school in world.schools.values()
        for post, person in zip(school.staffing.posts, school.teachers, strict=True)
        for subject in sorted(post.papers)
    ]
    add_qualifications(rows, by=by, at=world.clock.before)
    for school in world.schools.values():
        approved: dict[str, int] = dict.fromkeys(sorted(school.spec.lacks), 1)
        for post in school.staffing.posts:
            approved[post.main] = approved.get(post.main, 0) + 1
        set_posts(
            school.organisation, world.clock.school_year, approved, by=by, at=world.clock.before
        )
