"""Who asks: one actor of each role near the story, and one of each role far from it."""

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.organisations import add_organisation
from tongke.foundation.people.tests.make import (
    MUSIC,
    NOON,
    World,
    acting,
    make_actor,
    make_guardian,
    next_number,
)

GUEST = "guest"
TEACHERS = frozenset({"teacher", "assistant"})
PUPILS = frozenset({"pupil"})
GUARDIANS = frozenset({"guardian"})
FAMILY = PUPILS | GUARDIANS
HEADS = frozenset({"head", "deer_head"})
TIMETABLERS = frozenset({"timetabler", "deer_timetabler"})
MANAGERS = HEADS | TIMETABLERS
SCHOOL = TEACHERS | MANAGERS
RESEARCHER = frozenset({"researcher"})
OFFICER = frozenset({"officer"})
DIRECTOR = frozenset({"director"})
SYSADMIN = frozenset({"sysadmin"})
BUREAU = RESEARCHER | OFFICER | DIRECTOR | SYSADMIN
STAFF = SCHOOL | BUREAU
EVERYONE = STAFF | FAMILY
NOBODY: frozenset[str] = frozenset()
# Strangers work at another school of the county, those of the bureau in another county.
STRANGERS = frozenset(f"far_{role.value}" for role in Role)


_SAME = {"assistant": "teacher", "deer_head": "head", "deer_timetabler": "timetabler"}


def anywhere(who: frozenset[str]) -> frozenset[str]:
    """These and the strangers of their roles: for what belongs to no school."""
    return who | {f"far_{_SAME.get(each, each)}" for each in who}


def strangers(*roles: str) -> frozenset[str]:
    """The strangers of these roles: ``strangers("teacher")``; all of them when none is named."""
    found = frozenset(f"far_{role}" for role in roles) or STRANGERS
    assert found <= STRANGERS, found - STRANGERS
    return found


def cast_of(world: World, deer: Actor) -> dict[str, Actor]:
    """Everybody by name; `deer` is the timetabler of the teaching point."""
    near = {
        "teacher": world.teacher, "assistant": world.deer_assistant, "pupil": world.pupil,
        "guardian": world.guardian, "head": world.head, "deer_head": world.deer_head,
        "timetabler": world.timetabler, "deer_timetabler": deer, "researcher": world.researcher,
        "officer": world.officer, "director": world.director, "sysadmin": world.sysadmin,
    }  # fmt: skip
    assert near.keys() == EVERYONE
    return near | _strangers(world)


def _strangers(world: World) -> dict[str, Actor]:
    county = world.elsewhere.parent
    assert county is not None
    kinds = Organisation.Kind
    bureau = _below(county, kinds.BUREAU, "外县教育局")
    office = _below(bureau, kinds.OFFICE, "外县教研室")
    far = {
        Role.TEACHER: world.outsider,
        Role.PUPIL: acting(world.far_pupil, Role.PUPIL),
        Role.GUARDIAN: acting(make_guardian(world.far_pupil, "卢大山"), Role.GUARDIAN),
        Role.HEAD: make_actor(Role.HEAD, world.far_school, name="外校长"),
        Role.TIMETABLER: make_actor(Role.TIMETABLER, world.far_school, name="外教务"),
        Role.RESEARCHER: make_actor(Role.RESEARCHER, office, subject_code=MUSIC, name="外研"),
        Role.OFFICER: make_actor(Role.OFFICER, office, name="外电"),
        Role.DIRECTOR: make_actor(Role.DIRECTOR, bureau, name="外局"),
        Role.SYSADMIN: make_actor(Role.SYSADMIN, office, name="外维"),
    }
    assert far.keys() == set(Role)
    return {f"far_{role.value}": actor for role, actor in far.items()}


def _below(parent: Organisation, kind: str, name: str) -> Organisation:
    return add_organisation(
        parent=parent, kind=kind, level="district", name=name, code=f"T{next_number():06d}",
        by=None, at=NOON,
    )  # fmt: skip
