"""Makers for tests: each writes through the services, has named defaults and no random data."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

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
from tongke.foundation.people.services.accounts import open_account
from tongke.foundation.people.services.appointments import NewAppointment, appoint
from tongke.foundation.people.services.classes import NewClass, NewEnrolment, enrol, open_class
from tongke.foundation.people.services.guardians import NewGuardianship, link_guardian
from tongke.foundation.people.services.organisations import add_organisation
from tongke.foundation.people.services.persons import NewPerson, add_person

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
    """The cast, freshly written: two counties, five schools, classes of grade five."""
    county = make_region()
    point = Organisation.Kind.POINT
    centre = make_school("栖云中心小学", parent=county.region)
    deer = make_school("鹿回湾教学点", kind=point, parent=centre, area="village")
    stone = make_school("石桥教学点", kind=point, parent=centre, area="village")
    far = make_school("松岭小学", parent=county.region)
    elsewhere = make_school("临川小学", parent=make_region("白石县").region)
    teacher = make_actor(Role.TEACHER, centre, subject_code=MUSIC, name="林知遥")
    deer_assistant = make_actor(Role.TEACHER, deer, subject_code="SB0101", name="周青禾")
    stone_assistant = make_actor(Role.TEACHER, stone, subject_code="SB0201", name="石远山")
    centre_class = make_class(centre, homeroom_teacher=teacher.person)
    deer_class = make_class(deer, homeroom_teacher=deer_assistant.person)
    stone_class = make_class(stone, homeroom_teacher=stone_assistant.person)
    far_class = make_class(far)
    deer_pupils = _pupils(deer_class, ("安小满", "白露", "陈星河"))
    guardian = make_guardian(deer_pupils[0])
    return World(
        region=county, centre=centre, deer_bay=deer, stone_bridge=stone, far_school=far,
        elsewhere=elsewhere, centre_class=centre_class, deer_class=deer_class,
        stone_class=stone_class, far_class=far_class, teacher=teacher,
        deer_assistant=deer_assistant, stone_assistant=stone_assistant,
        centre_pupils=_pupils(centre_class, ("丁一鸣", "方小荷", "顾言", "何田田")),
        deer_pupils=deer_pupils, stone_pupils=_pupils(stone_class, ("江雪", "柯木")),
        far_pupil=make_pupil(far_class, "卢松"), pupil=acting(deer_pupils[0], Role.PUPIL),
        guardian=acting(guardian, Role.GUARDIAN),
        head=make_actor(Role.HEAD, centre, name="沈立言"),
        timetabler=make_actor(Role.TIMETABLER, centre, name="孟课"),
        deer_head=make_actor(Role.HEAD, deer, name="鹿鸣"),
        researcher=make_actor(
            Role.RESEARCHER, county.research_office, subject_code=MUSIC, name="秦研"
        ),
        officer=make_actor(Role.OFFICER, county.media_office, name="欧阳电"),
        director=make_actor(Role.DIRECTOR, county.bureau, name="袁局"),
        sysadmin=make_actor(Role.SYSADMIN, county.media_office, name="管维"),
        outsider=make_actor(Role.TEACHER, far, subject_code=MUSIC, name="外校乙"),
        stranger=make_actor(Role.SYSADMIN, elsewhere, name="外县丙"),
    )  # fmt: skip


def _pupils(klass: SchoolClass, names: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(make_pupil(klass, name, seat=seat) for seat, name in enumerate(names, start=1))
