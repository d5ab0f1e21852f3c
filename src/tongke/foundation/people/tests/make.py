"""Makers for tests: each writes through the services, has named defaults and no random data."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    SchoolClass,
)
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.accounts import open_account, open_accounts
from tongke.foundation.people.services.appointments import NewAppointment, appoint, appoint_many
from tongke.foundation.people.services.classes import (
    NewClass,
    NewEnrolment,
    enrol,
    enrol_many,
    open_class,
    open_classes,
)
from tongke.foundation.people.services.guardians import NewGuardianship, link_guardian
from tongke.foundation.people.services.organisations import (
    NewOrganisation,
    add_organisation,
    add_organisations,
)
from tongke.foundation.people.services.persons import NewPerson, add_people, add_person

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZONE)
TODAY = NOON.date()
YEAR_START = date(2026, 9, 1)
PASSWORD = "yun-qi-2026-xue"
MUSIC = "SB0602"
GRADE_5 = "15"

__all__ = [
    "GRADE_5", "MUSIC", "NOON", "PASSWORD", "TODAY", "YEAR_START", "ZONE", "Region", "World",
    "acting", "enrol_pupil", "make_account", "make_actor", "make_class", "make_guardian",
    "make_person", "make_pupil", "make_region", "make_school", "next_number", "world",
]  # fmt: skip

_numbers = count(1)


def next_number() -> int:
    """A number that no other object of this test run has."""
    return next(_numbers)


@dataclass(frozen=True)
class Region:
    """The top of a tree: region, bureau and its offices."""

    region: Organisation
    bureau: Organisation
    research_office: Organisation
    media_office: Organisation


def _organisation(
    name: str, kind: str, level: str, parent: Organisation | None, **more: str
) -> Organisation:
    return add_organisation(
        parent=parent, kind=kind, level=level, code=f"T{next_number():06d}", name=name,
        by=None, at=NOON, **more,
    )  # fmt: skip


def make_region(name: str = "青溪县") -> Region:
    """A county with its bureau, research office and media office."""
    kinds = Organisation.Kind
    region = _organisation(name, kinds.REGION, "district", None, short_name=name)
    bureau = _organisation(f"{name}教育局", kinds.BUREAU, "district", region, short_name="教育局")
    return Region(
        region=region,
        bureau=bureau,
        research_office=_organisation("教研室", kinds.OFFICE, "district", bureau),
        media_office=_organisation("电教中心", kinds.OFFICE, "district", bureau),
    )


def make_school(
    name: str = "栖云中心小学",
    *,
    kind: str = Organisation.Kind.SCHOOL,
    parent: Organisation | None = None,
    area: str = "town",
) -> Organisation:
    """A primary school, or a teaching point; in a new region unless a parent is given."""
    above = parent if parent is not None else make_region().region
    level = "point" if kind == Organisation.Kind.POINT else "school"
    return _organisation(name, kind, level, above, area=area, stages="1")


def make_person(
    name: str = "林知遥",
    *,
    number: str = "",
    sex: str = Person.Sex.UNKNOWN,
    birth_date: date | None = None,
    phone: str = "",
    id_number: str = "",
) -> Person:
    """A person without any role."""
    new = NewPerson(
        name=name, number=number or f"P{next_number():07d}", sex=sex, birth_date=birth_date,
        phone=phone, id_number=id_number,
    )  # fmt: skip
    return add_person(new, by=None, at=NOON)


def make_account(person: Person, *, password: str = PASSWORD, must_change: bool = False) -> Account:
    """The person's account, ready to sign in."""
    return open_account(person, password=password, must_change=must_change, by=None, at=NOON)


def make_actor(
    role: Role,
    organisation: Organisation,
    *,
    person: Person | None = None,
    subject_code: str = "",
    since: date = YEAR_START,
    until: date | None = None,
    name: str = "",
) -> Actor:
    """Somebody acting as `role` at `organisation`, with an account (see PASSWORD).

    Pupils and guardians come from `make_pupil` and `make_guardian`; take `acting` for them.
    """
    who = person or make_person(name or f"{role.label}甲")
    new = NewAppointment(
        person=who, organisation=organisation, role=role, since=since, until=until,
        subject_code=subject_code,
    )  # fmt: skip
    appoint(new, by=None, at=NOON)
    return acting(who, role, organisation)


def acting(
    person: Person, role: Role, organisation: Organisation | None = None, today: date = TODAY
) -> Actor:
    """The actor of a person who holds `role` already; gets an account when there is none."""
    held = Appointment.objects.filter(person=person, role=role).order_by("-since", "id")
    if organisation is not None:
        held = held.filter(organisation=organisation)
    one = held.select_related("organisation")[0]
    account = Account.objects.filter(person=person).first() or make_account(person)
    return Actor(
        account=account, person=person, role=role, organisation=one.organisation,
        appointment_id=one.pk, subject_code=one.subject_code, today=today,
    )  # fmt: skip


def make_class(
    school: Organisation,
    grade_code: str = GRADE_5,
    *,
    number: int = 0,
    entry_year: int = 2022,
    homeroom_teacher: Person | None = None,
) -> SchoolClass:
    """A class of this school year; numbers count up within the grade unless given."""
    taken = SchoolClass.objects.filter(school=school, grade_code=grade_code).count()
    new = NewClass(
        school=school, grade_code=grade_code, number=number or taken + 1, entry_year=entry_year,
        homeroom_teacher=homeroom_teacher,
    )  # fmt: skip
    return open_class(new, by=None, at=NOON)


def enrol_pupil(
    pupil: Person, klass: SchoolClass, *, since: date = YEAR_START, seat: int | None = None
) -> Enrolment:
    """Put a person on the roll of a class; the role of pupil follows."""
    new = NewEnrolment(pupil=pupil, school_class=klass, since=since, seat=seat)
    return enrol(new, by=None, at=NOON)


def make_pupil(
    klass: SchoolClass,
    name: str = "安小满",
    *,
    seat: int | None = None,
    birth_date: date | None = date(2016, 3, 12),
    since: date = YEAR_START,
) -> Person:
    """A new pupil on the roll of a class."""
    pupil = make_person(name, birth_date=birth_date)
    enrol_pupil(pupil, klass, since=since, seat=seat)
    return pupil


def make_guardian(
    child: Person, name: str = "安守田", *, relation: str = "父亲", since: date = YEAR_START
) -> Person:
    """A new guardian of an enrolled child; the role of guardian follows."""
    guardian = make_person(name)
    new = NewGuardianship(guardian=guardian, child=child, relation=relation, since=since)
    link_guardian(new, by=None, at=NOON)
    assert Guardianship.objects.filter(child=child, guardian=guardian).exists()
    return guardian


@dataclass(frozen=True)
class World:
    """A small cast. Persons act through `Actor`; plain persons have no account.

    centre delivers music to the points deer_bay and stone_bridge; far_school lies in the same
    county but has nothing to do with them; elsewhere is a school of another county.
    """

    region: Region
    centre: Organisation
    deer_bay: Organisation
    stone_bridge: Organisation
    far_school: Organisation
    elsewhere: Organisation
    centre_class: SchoolClass
    deer_class: SchoolClass
    stone_class: SchoolClass
    far_class: SchoolClass
    teacher: Actor
    deer_assistant: Actor
    stone_assistant: Actor
    centre_pupils: tuple[Person, ...]
    deer_pupils: tuple[Person, ...]
    stone_pupils: tuple[Person, ...]
    far_pupil: Person
    pupil: Actor
    guardian: Actor
    head: Actor
    timetabler: Actor
    deer_head: Actor
    researcher: Actor
    officer: Actor
    director: Actor
    sysadmin: Actor
    outsider: Actor
    stranger: Actor

    @property
    def actors(self) -> dict[str, Actor]:
        """Everybody who acts, by attribute name; outsider and stranger see nothing of the rest."""
        return {key: value for key, value in vars(self).items() if isinstance(value, Actor)}


def world() -> World:
    """The cast, freshly written: two counties, five schools, classes of grade five.

    Written in bulk, for nearly every test of pages begins with it.
    """
    places = _places()
    people = dict(zip(_CAST, _people(), strict=True))
    klasses = _classes(places, people)
    pupils = _enrol_cast(klasses)
    link = NewGuardianship(
        guardian=people["guardian"], child=pupils["deer"][0], relation="父亲", since=YEAR_START
    )
    link_guardian(link, by=None, at=NOON)
    who = {**people, "pupil": pupils["deer"][0]}
    actors = _actors(places, who)
    return World(
        region=places.county, centre=places.centre, deer_bay=places.deer,
        stone_bridge=places.stone, far_school=places.far, elsewhere=places.elsewhere,
        centre_class=klasses["centre"], deer_class=klasses["deer"], stone_class=klasses["stone"],
        far_class=klasses["far"], centre_pupils=pupils["centre"], deer_pupils=pupils["deer"],
        stone_pupils=pupils["stone"], far_pupil=pupils["far"][0], **actors,
    )  # fmt: skip


@dataclass(frozen=True)
class _Places:
    county: Region
    centre: Organisation
    deer: Organisation
    stone: Organisation
    far: Organisation
    elsewhere: Organisation


_CAST = {
    "teacher": "林知遥", "deer_assistant": "周青禾", "stone_assistant": "石远山", "head": "沈立言",
    "timetabler": "孟课", "deer_head": "鹿鸣", "researcher": "秦研", "officer": "欧阳电",
    "director": "袁局", "sysadmin": "管维", "outsider": "外校乙", "stranger": "外县丙",
    "guardian": "安守田",
}  # fmt: skip
_ROLLS = {
    "centre": ("丁一鸣", "方小荷", "顾言", "何田田"), "deer": ("安小满", "白露", "陈星河"),
    "stone": ("江雪", "柯木"), "far": ("卢松",),
}  # fmt: skip


def _places() -> _Places:
    def new(key: str, name: str, kind: str, parent: str, area: str = "") -> NewOrganisation:
        level = kind if kind in {"school", "point"} else "district"
        return NewOrganisation(
            code=f"{key}{mark}", name=name, kind=kind, level=level, area=area,
            parent=f"{parent}{mark}" if parent else "", stages="1" if level == kind else "",
            short_name="教育局" if kind == "bureau" else name,
        )  # fmt: skip

    mark = f"-{next_number()}"
    made = add_organisations(
        [
            new("R", "青溪县", "region", ""), new("B", "青溪县教育局", "bureau", "R"),
            new("O1", "教研室", "office", "B"), new("O2", "电教中心", "office", "B"),
            new("S1", "栖云中心小学", "school", "R", "town"),
            new("S2", "鹿回湾教学点", "point", "S1", "village"),
            new("S3", "石桥教学点", "point", "S1", "village"),
            new("S4", "松岭小学", "school", "R", "town"), new("R2", "白石县", "region", ""),
            new("S5", "临川小学", "school", "R2", "town"),
        ],
        by=None, at=NOON,
    )  # fmt: skip
    by = {code.removesuffix(mark): one for code, one in made.items()}
    return _Places(
        Region(by["R"], by["B"], by["O1"], by["O2"]), by["S1"], by["S2"], by["S3"], by["S4"],
        by["S5"],
    )  # fmt: skip


def _people() -> list[Person]:
    rows = [NewPerson(name=name, number=f"P{next_number():07d}") for name in _CAST.values()]
    return add_people(rows, by=None, at=NOON)


def _classes(places: _Places, people: dict[str, Person]) -> dict[str, SchoolClass]:
    homerooms = {
        "centre": (places.centre, people["teacher"]),
        "deer": (places.deer, people["deer_assistant"]),
        "stone": (places.stone, people["stone_assistant"]),
        "far": (places.far, None),
    }
    rows = [
        NewClass(
            school=school, grade_code=GRADE_5, number=1, entry_year=2022, homeroom_teacher=teacher
        )
        for school, teacher in homerooms.values()
    ]
    return dict(zip(homerooms, open_classes(rows, by=None, at=NOON), strict=True))


def _enrol_cast(klasses: dict[str, SchoolClass]) -> dict[str, tuple[Person, ...]]:
    listed = [(key, seat, name) for key, names in _ROLLS.items()
              for seat, name in enumerate(names, start=1)]  # fmt: skip
    made = add_people(
        [
            NewPerson(name=name, number=f"P{next_number():07d}", birth_date=date(2016, 3, 12))
            for _, _, name in listed
        ],
        by=None, at=NOON,
    )  # fmt: skip
    enrol_many(
        [
            NewEnrolment(pupil=pupil, school_class=klasses[key], since=YEAR_START, seat=seat)
            for (key, seat, _), pupil in zip(listed, made, strict=True)
        ],
        by=None, at=NOON,
    )  # fmt: skip
    return {
        key: tuple(pupil for (each, _, _), pupil in zip(listed, made, strict=True) if each == key)
        for key in _ROLLS
    }


def _actors(places: _Places, who: dict[str, Person]) -> dict[str, Actor]:
    county = places.county
    given: dict[str, tuple[Role, Organisation, str]] = {
        "teacher": (Role.TEACHER, places.centre, MUSIC),
        "deer_assistant": (Role.TEACHER, places.deer, "SB0101"),
        "stone_assistant": (Role.TEACHER, places.stone, "SB0201"),
        "head": (Role.HEAD, places.centre, ""),
        "timetabler": (Role.TIMETABLER, places.centre, ""),
        "deer_head": (Role.HEAD, places.deer, ""),
        "researcher": (Role.RESEARCHER, county.research_office, MUSIC),
        "officer": (Role.OFFICER, county.media_office, ""),
        "director": (Role.DIRECTOR, county.bureau, ""),
        "sysadmin": (Role.SYSADMIN, county.media_office, ""),
        "outsider": (Role.TEACHER, places.far, MUSIC),
        "stranger": (Role.SYSADMIN, places.elsewhere, ""),
    }
    rows = [
        NewAppointment(
            person=who[key], organisation=place, role=role, since=YEAR_START, subject_code=subject
        )
        for key, (role, place, subject) in given.items()
    ]
    appoint_many(rows, by=None, at=NOON)
    accounts = open_accounts(
        who.values(), password_hash=make_password(PASSWORD), must_change=False, by=None, at=NOON
    )
    by_person = {one.person_id: one for one in accounts}
    held = Appointment.objects.filter(person__in=who.values())
    roles = {one.person_id: one for one in held.select_related("organisation__parent__parent")}
    return {
        key: Actor(
            account=by_person[person.pk], person=person, role=Role(roles[person.pk].role),
            organisation=roles[person.pk].organisation, appointment_id=roles[person.pk].pk,
            subject_code=roles[person.pk].subject_code, today=TODAY,
        )
        for key, person in who.items()
    }  # fmt: skip
