"""What the steps of the load hand to each other: the days, the schools, who can act."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from demo.region import Group, SchoolSpec, Size
from demo.staffing import Klass, Staffing
from tongke.engines.communities.models import Community
from tongke.foundation.campus.models import Room
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account, Appointment, Organisation, Person, SchoolClass
from tongke.foundation.people.roles import Role
from tongke.teaching.timetable.models import Term

WEEKS = 20
PAST_WEEKS = 12


@dataclass(frozen=True)
class Clock:
    """The days of the demo, all counted from `today`, which lies in the 13th week of the term."""

    today: date

    @property
    def starts_on(self) -> date:
        """The Monday of the first teaching week."""
        monday = self.today - timedelta(days=self.today.weekday())
        return monday - timedelta(weeks=PAST_WEEKS)

    @property
    def school_year(self) -> int:
        """The year in which the running school year began."""
        return self.today.year if self.today.month >= 9 else self.today.year - 1

    @property
    def autumn(self) -> bool:
        """Whether the first half of the school year runs."""
        return self.today.month >= 9 or self.today.month == 1

    @property
    def before(self) -> datetime:
        """When the term was prepared: ten days before it began."""
        return at(self.starts_on - timedelta(days=10), "09:00")

    @property
    def last_evening(self) -> datetime:
        """The last moment of the history; everything after it is left to whoever tries the demo."""
        return at(self.today - timedelta(days=1), "21:00")

    @property
    def plan_weekday(self) -> int:
        """The weekday whose plan today follows; a weekend makes up for a Wednesday."""
        return self.today.isoweekday() if self.today.isoweekday() <= 5 else 3

    def monday(self, week: int) -> date:
        """The first day of a teaching week."""
        return self.starts_on + timedelta(weeks=week - 1)


def at(day: date, clock: str) -> datetime:
    """A moment of a day in the region: ``at(day, "08:30")``."""
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))


@dataclass
class School:
    """A school as it came into being."""

    spec: SchoolSpec
    organisation: Organisation
    staffing: Staffing
    teachers: list[Person] = field(default_factory=list)
    head: Person | None = None
    timetabler: Person | None = None
    classes: dict[Klass, SchoolClass] = field(default_factory=dict)
    pupils: dict[Klass, list[Person]] = field(default_factory=dict)
    rooms: dict[Klass, Room] = field(default_factory=dict)
    joint_room: Room | None = None

    def teacher(self, klass: Klass, subject: str) -> Person:
        """Who teaches a subject to a class."""
        return self.teachers[self.staffing.who(klass, subject)]

    def homeroom(self, klass: Klass) -> Person:
        """The homeroom teacher of a class."""
        return self.teachers[self.staffing.homerooms[klass]]


@dataclass
class World:
    """Everything the demo has so far."""

    clock: Clock
    size: Size
    groups: list[Group]
    region: Organisation
    offices: dict[str, Organisation]
    schools: dict[str, School] = field(default_factory=dict)
    cast: dict[str, Person] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    appointments: dict[tuple[int, str], Appointment] = field(default_factory=dict)
    families: list[tuple[Person, Person]] = field(default_factory=list)
    term: Term | None = None

    @property
    def running(self) -> Term:
        """The running term; it must have been opened."""
        assert self.term is not None
        return self.term

    @property
    def deep(self) -> list[School]:
        """The schools of the two leading consortia, whose history is told in full."""
        specs = [spec for group in self.groups[:2] for spec in (group.centre, *group.points)]
        return [self.schools[spec.key] for spec in specs]

    def keep(self, appointments: list[Appointment]) -> None:
        """Remember roles, so that people can act in them."""
        for one in appointments:
            self.appointments.setdefault((one.person_id, one.role), one)

    def acting(self, person: Person, role: Role, day: date) -> Actor:
        """A person in a role on a day."""
        held = self.appointments[person.pk, role.value]
        return Actor(
            account=self.accounts[person.pk], person=person, role=role,
            organisation=held.organisation, appointment_id=held.pk,
            subject_code=held.subject_code, today=day,
        )  # fmt: skip

    def teaching(self, person: Person, day: date) -> Actor:
        """A person as teacher."""
        return self.acting(person, Role.TEACHER, day)

    def planning(self, school: School, day: date) -> Actor:
        """Whoever makes a school's timetable."""
        assert school.timetabler is not None
        return self.acting(school.timetabler, Role.TIMETABLER, day)

    def admin(self, day: date) -> Actor:
        """The system administrator, who sets the region up."""
        return self.acting(self.cast["guan"], Role.SYSADMIN, day)
