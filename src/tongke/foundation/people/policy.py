"""Who may see and change which organisations, persons and classes (design §5, once)."""

from enum import StrEnum

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from tongke.foundation.people.actors import Actor, now
from tongke.foundation.people.models import (
    Account,
    Appointment,
    Consent,
    Enrolment,
    Guardianship,
    Organisation,
    Person,
    SchoolClass,
    StaffPost,
    Title,
)
from tongke.foundation.people.queries.consents import (
    birthday_cutoff,
    consenting,
    has_consent,
    questions,
)
from tongke.foundation.people.roles import BUREAU_STAFF, FAMILY, SCHOOL_STAFF, STAFF, Role

__all__ = [
    "Perm", "account_or_404", "accounts", "appointment_or_404", "appointments", "class_or_404",
    "classes", "consenting", "consents", "consents_open", "grantable_roles", "has_consent",
    "organisation_or_404", "organisations", "people", "person_or_404", "posts", "scope_root",
    "taught_classes", "title_or_404", "titles", "wards", "within",
]  # fmt: skip


class Perm(StrEnum):
    """Permissions on people."""

    ORGANISATION_READ = "people:organisation:read"
    ORGANISATION_EDIT = "people:organisation:edit"
    PERSON_READ = "people:person:read"
    PERSON_EDIT = "people:person:edit"
    SECRET_READ = "people:secret:read"  # noqa: S105 - a permission
    APPOINT = "people:appointment:edit"
    CLASS_READ = "people:class:read"
    CLASS_EDIT = "people:class:edit"
    TITLE_READ = "people:title:read"
    TITLE_REPORT = "people:title:report"
    TITLE_FILE = "people:title:file"
    POST_READ = "people:post:read"
    POST_EDIT = "people:post:edit"
    CONSENT_READ = "people:consent:read"
    CONSENT_ANSWER = "people:consent:answer"
    ROSTER_IMPORT = "people:roster:import"
    ACCOUNT_EDIT = "people:account:edit"


def scope_root(actor: Actor) -> Organisation:
    """The top of what an actor answers for: bureau offices answer for the region they serve."""
    organisation = actor.organisation
    while organisation.kind in {Organisation.Kind.OFFICE, Organisation.Kind.BUREAU}:
        parent = organisation.parent
        if parent is None:
            break
        organisation = parent
    return organisation


def within(actor: Actor, field: str = "organisation") -> Q:
    """The condition "in the subtree the actor answers for", on a path to an organisation."""
    prefix = f"{field}__" if field else ""
    return Q(**{f"{prefix}path__startswith": scope_root(actor).path})


def organisations(actor: Actor, perm: Perm) -> QuerySet[Organisation]:
    """Organisations on which the actor holds `perm`."""
    rows = Organisation.objects.filter(within(actor, ""))
    match perm, actor.role:
        case Perm.ORGANISATION_READ, role if role in BUREAU_STAFF:
            return rows
        case Perm.ORGANISATION_READ, Role.HEAD | Role.TIMETABLER:
            return rows
        case Perm.ORGANISATION_READ, _:
            return Organisation.objects.filter(pk=actor.organisation.pk)
        case Perm.ORGANISATION_EDIT, Role.SYSADMIN:
            return rows
        case Perm.ROSTER_IMPORT, Role.SYSADMIN | Role.OFFICER | Role.TIMETABLER | Role.HEAD:
            return rows
        case Perm.APPOINT, Role.SYSADMIN | Role.HEAD | Role.TIMETABLER:
            return rows.filter(closed_on=None)
        case Perm.POST_READ, role if role in BUREAU_STAFF | {Role.HEAD, Role.TIMETABLER}:
            return rows.filter(kind__in=[Organisation.Kind.SCHOOL, Organisation.Kind.POINT])
        case Perm.POST_EDIT, Role.SYSADMIN | Role.OFFICER:
            return rows.filter(kind__in=[Organisation.Kind.SCHOOL, Organisation.Kind.POINT])
        case _:
            return Organisation.objects.none()


def classes(actor: Actor, perm: Perm) -> QuerySet[SchoolClass]:
    """Standing classes on which the actor holds `perm`."""
    rows = SchoolClass.objects.filter(kind=SchoolClass.Kind.STANDING, closed_on=None)
    match perm, actor.role:
        case Perm.CLASS_READ, role if role in BUREAU_STAFF | SCHOOL_STAFF:
            return rows.filter(within(actor, "school"))
        case Perm.CLASS_READ, Role.PUPIL:
            mine = Enrolment.objects.filter(now(actor.today), pupil=actor.person)
            return rows.filter(pk__in=mine.values("school_class"))
        case Perm.CLASS_READ, Role.GUARDIAN:
            theirs = Enrolment.objects.filter(now(actor.today), pupil__in=wards(actor))
            return rows.filter(pk__in=theirs.values("school_class"))
        case Perm.CLASS_EDIT, Role.TIMETABLER | Role.HEAD | Role.SYSADMIN:
            return rows.filter(within(actor, "school"))
        case Perm.CONSENT_READ, Role.TIMETABLER | Role.HEAD | Role.SYSADMIN:
            return rows.filter(within(actor, "school"))
        case Perm.CONSENT_READ, Role.TEACHER:
            return taught_classes(actor)
        case _:
            return SchoolClass.objects.none()


def wards(actor: Actor) -> QuerySet[Person]:
    """The children an acting guardian cares for today."""
    held = Guardianship.objects.filter(now(actor.today), guardian=actor.person)
    return Person.objects.filter(pk__in=held.values("child"))


def taught_classes(actor: Actor) -> QuerySet[SchoolClass]:
    """Classes a teacher looks after as homeroom teacher; taught classes are timetable's rule."""
    return SchoolClass.objects.filter(
        within(actor, "school"), homeroom_teacher=actor.person, closed_on=None
    )


def _own_roll(actor: Actor) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(now(actor.today), school_class__in=taught_classes(actor))


def _here(actor: Actor, roles: frozenset[Role] | None = None) -> Q:
    """Holds a role today, one of these, in the subtree the actor answers for."""
    here = Organisation.objects.filter(within(actor, "")).values("pk")
    rows = Appointment.objects.filter(now(actor.today), organisation__in=here)
    # Lists of ids are made once; Exists or a join would be asked for every person of the region.
    return Q(pk__in=(rows if roles is None else rows.filter(role__in=roles)).values("person"))


def people(actor: Actor, perm: Perm) -> QuerySet[Person]:
    """Persons on whom the actor holds `perm`: their record, not what they did in a lesson."""
    keeps = actor.role in {Role.SYSADMIN, Role.HEAD, Role.TIMETABLER}
    match perm:
        case Perm.PERSON_READ:
            return _readable(actor)
        case Perm.PERSON_EDIT | Perm.APPOINT if keeps:
            return Person.objects.filter(_here(actor))
        case Perm.SECRET_READ:
            return _confidants(actor)
        case Perm.CONSENT_ANSWER:
            return _answerable(actor)
        case Perm.ACCOUNT_EDIT if keeps:
            rows = Person.objects.filter(_here(actor))
            return rows if actor.role == Role.SYSADMIN else rows.exclude(_above(actor))
        case _:
            return Person.objects.none()


def _readable(actor: Actor) -> QuerySet[Person]:
    """Whose record the actor may read."""
    match actor.role:
        case Role.SYSADMIN | Role.OFFICER | Role.HEAD | Role.TIMETABLER:
            return Person.objects.filter(_here(actor))
        case Role.RESEARCHER | Role.DIRECTOR:
            return Person.objects.filter(_here(actor, STAFF))
        case Role.TEACHER:
            mine = Q(pk__in=_own_roll(actor).values("pupil")) | Q(pk=actor.person.pk)
            return Person.objects.filter(mine)
        case Role.GUARDIAN:
            return Person.objects.filter(Q(pk__in=wards(actor)) | Q(pk=actor.person.pk))
        case Role.PUPIL:
            return Person.objects.filter(pk=actor.person.pk)
        case _:
            return Person.objects.none()


def _confidants(actor: Actor) -> QuerySet[Person]:
    """Whose phone and identity number the actor may ask to see, with a reason."""
    match actor.role:
        case Role.SYSADMIN | Role.HEAD | Role.TIMETABLER:
            return Person.objects.filter(_here(actor))
        case Role.TEACHER:
            pupils = _own_roll(actor).values("pupil")
            theirs = Guardianship.objects.filter(now(actor.today), child__in=pupils)
            return Person.objects.filter(Q(pk__in=pupils) | Q(pk__in=theirs.values("guardian")))
        case _:
            return Person.objects.none()


def _answerable(actor: Actor) -> QuerySet[Person]:
    """For whom the actor answers questions of consent: young wards, or oneself when old enough."""
    cutoff = birthday_cutoff(actor.today)
    match actor.role:
        case Role.GUARDIAN:
            return wards(actor).filter(Q(birth_date=None) | Q(birth_date__gt=cutoff))
        case Role.PUPIL:
            return Person.objects.filter(pk=actor.person.pk, birth_date__lte=cutoff)
        case _:
            return Person.objects.none()


def _above(actor: Actor) -> Q:
    """Holds, anywhere, a role whose account a school may not take over by a new password."""
    higher = BUREAU_STAFF | ({Role.HEAD} if actor.role == Role.TIMETABLER else set())
    outside = Q(role__in=SCHOOL_STAFF) & ~within(actor)
    rows = Appointment.objects.filter(now(actor.today)).filter(Q(role__in=higher) | outside)
    return Q(pk__in=rows.values("person"))


def accounts(actor: Actor, perm: Perm) -> QuerySet[Account]:
    """Accounts of the persons on whom the actor holds `perm`."""
    return Account.objects.filter(person__in=people(actor, perm))


def grantable_roles(actor: Actor) -> tuple[Role, ...]:
    """The roles an actor may give and end; family roles follow from roll and guardianship."""
    match actor.role:
        case Role.SYSADMIN:
            return tuple(role for role in Role if role not in FAMILY)
        case Role.HEAD:
            return (Role.TEACHER, Role.TIMETABLER)
        case Role.TIMETABLER:
            return (Role.TEACHER,)
        case _:
            return ()


def appointments(actor: Actor, perm: Perm) -> QuerySet[Appointment]:
    """Dated roles on which the actor holds `perm`."""
    rows = Appointment.objects.filter(within(actor))
    match perm, actor.role:
        case Perm.APPOINT, Role.SYSADMIN | Role.HEAD | Role.TIMETABLER:
            return rows.filter(role__in=grantable_roles(actor))
        case _:
            return Appointment.objects.none()


def titles(actor: Actor, perm: Perm) -> QuerySet[Title]:
    """Rows of the master-teacher register on which the actor holds `perm`."""
    rows = Title.objects.all()
    match perm, actor.role:
        case Perm.TITLE_READ, role if role in BUREAU_STAFF:
            return rows.filter(within(actor))
        case Perm.TITLE_READ, Role.HEAD | Role.TIMETABLER:
            return rows.filter(within(actor))
        case Perm.TITLE_READ, Role.TEACHER:
            return rows.filter(person=actor.person)
        case Perm.TITLE_REPORT, Role.HEAD | Role.TIMETABLER:
            return rows.filter(within(actor)).exclude(state=Title.State.FILED)
        case Perm.TITLE_FILE, Role.OFFICER | Role.RESEARCHER:
            return rows.filter(within(actor))
        case _:
            return Title.objects.none()


def posts(actor: Actor, perm: Perm) -> QuerySet[StaffPost]:
    """Approved posts of the schools on which the actor holds `perm`."""
    return StaffPost.objects.filter(school__in=organisations(actor, perm))


def consents_open(actor: Actor) -> int:
    """How many questions wait for this actor's answer, over all children."""
    children = people(actor, Perm.CONSENT_ANSWER)
    if actor.role not in {Role.GUARDIAN, Role.PUPIL} or not children.exists():
        return 0
    asked = questions(children, actor.today)
    return sum(one.waiting for each in asked for one in each.questions)


def consents(actor: Actor, perm: Perm) -> QuerySet[Consent]:
    """Answers of guardians, as staff of the child's class may read them."""
    match perm, actor.role:
        case Perm.CONSENT_READ, Role.TEACHER | Role.TIMETABLER | Role.HEAD | Role.SYSADMIN:
            roll = Enrolment.objects.filter(now(actor.today), school_class__in=classes(actor, perm))
            return Consent.objects.filter(child__in=roll.values("pupil"))
        case _:
            return Consent.objects.none()


def organisation_or_404(actor: Actor, pk: int, perm: Perm) -> Organisation:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(organisations(actor, perm), pk=pk)


def class_or_404(actor: Actor, pk: int, perm: Perm) -> SchoolClass:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(classes(actor, perm).select_related("school"), pk=pk)


def person_or_404(actor: Actor, pk: int, perm: Perm) -> Person:
    """404 both when they do not exist and when they are not theirs."""
    return get_object_or_404(people(actor, perm), pk=pk)


def appointment_or_404(actor: Actor, pk: int, perm: Perm) -> Appointment:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(appointments(actor, perm).select_related("person"), pk=pk)


def account_or_404(actor: Actor, pk: int, perm: Perm) -> Account:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(accounts(actor, perm).select_related("person"), pk=pk)


def title_or_404(actor: Actor, pk: int, perm: Perm) -> Title:
    """404 both when it does not exist and when it is not theirs."""
    return get_object_or_404(titles(actor, perm).select_related("person"), pk=pk)
