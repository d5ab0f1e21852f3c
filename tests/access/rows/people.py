"""Who reaches the pages of people."""

from collections.abc import Mapping

from tests.access.cast import (
    BUREAU,
    EVERYONE,
    FAMILY,
    GUARDIANS,
    MANAGERS,
    OFFICER,
    RESEARCHER,
    STAFF,
    SYSADMIN,
    TEACHERS,
)
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story

Args = Mapping[str, object]
KEEPERS = MANAGERS | SYSADMIN
NEAR_CENTRE = frozenset({"head", "timetabler"})
IMPORTERS = MANAGERS | OFFICER | SYSADMIN
# Staff of the teaching point and what lies above it; those of the point never see the centre.
ABOVE_DEER = BUREAU | MANAGERS
OF_DEER = ABOVE_DEER | TEACHERS | FAMILY


def _centre(story: Story, who: str) -> Args:
    return {"pk": story.world.centre.pk}


def _deer(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk}


def _pupil(story: Story, who: str) -> Args:
    return {"pk": story.world.pupil.person.pk}


def _teacher(story: Story, who: str) -> Args:
    return {"pk": story.world.teacher.person.pk}


def _class(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk}


def _seat(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk, "pupil_pk": story.world.pupil.person.pk}


def _appointment(story: Story, who: str) -> Args:
    return {"pk": story.appointment.pk}


def _title(story: Story, who: str) -> Args:
    return {"pk": story.title.pk}


def _consent(story: Story, who: str) -> Args:
    return {"child_pk": story.world.pupil.person.pk, "purpose": "recording"}


def _account(story: Story, who: str) -> Args:
    return {"pk": story.world.teacher.account.pk}


LISTS = [
    page("people:organisation-list", BUREAU | MANAGERS),
    page("people:organisation-export", BUREAU | MANAGERS),
    form("people:organisation-add", SYSADMIN),
    page("people:person-list", STAFF),
    page("people:person-export", STAFF),
    form("people:person-add", KEEPERS),
    page("people:class-list", STAFF),
    page("people:class-export", STAFF),
    page("people:post-list", BUREAU | MANAGERS),
    page("people:post-export", BUREAU | MANAGERS),
    page("people:title-list", STAFF),
    page("people:title-export", STAFF),
    form("people:title-add", MANAGERS),
    page("people:consent-list", FAMILY),
    page("people:consent-overview", TEACHERS | MANAGERS | SYSADMIN),
    page("people:account-list", KEEPERS),
    page("people:no-role", EVERYONE),
]
OBJECTS = [
    page("people:organisation-detail", OF_DEER - {"teacher"}, _deer),
    form("people:organisation-edit", SYSADMIN, _centre),
    act("people:organisation-close", SYSADMIN, _centre),
    page(
        "people:person-detail",
        MANAGERS | OFFICER | SYSADMIN | FAMILY | {"assistant"},
        _pupil,
    ),
    form("people:person-edit", KEEPERS, _pupil),
    act("people:person-reveal", KEEPERS | {"assistant"}, _pupil),
    form("people:appointment-add", NEAR_CENTRE | SYSADMIN, _teacher),
    act("people:appointment-end", NEAR_CENTRE | SYSADMIN, _appointment),
    page("people:class-detail", OF_DEER, _class),
    form("people:class-edit", KEEPERS, _class),
    page("people:class-roll-export", OF_DEER - FAMILY, _class),
    form("people:class-enrol", KEEPERS, _class),
    act("people:enrolment-leave", KEEPERS, _seat),
    act("people:class-passwords", KEEPERS, _class),
    form("people:post-edit", OFFICER | SYSADMIN, _centre),
    act("people:title-file", OFFICER | RESEARCHER, _title),
    act("people:title-return", OFFICER | RESEARCHER, _title),
    act("people:title-again", NEAR_CENTRE, _title),
    act("people:title-end", OFFICER | RESEARCHER, _title),
    act("people:consent-answer", GUARDIANS, _consent),
    act("people:consent-withdraw", GUARDIANS, _consent),
    page("people:consent-class", KEEPERS | {"assistant"}, _class),
    act("people:account-reset", NEAR_CENTRE | SYSADMIN, _account),
    act("people:account-disable", NEAR_CENTRE | SYSADMIN, _account),
    act("people:account-enable", NEAR_CENTRE | SYSADMIN, _account),
    act("people:account-factor", SYSADMIN, _account),
]
IMPORTS = [
    page("people:import-home", IMPORTERS),
    Row(name="people:import-start", get=IMPORTERS, query="?list=staff"),
    *importing("people:people-organisations-import", "people.organisations", IMPORTERS),
    *importing("people:people-staff-import", "people.staff", IMPORTERS, mode="some"),
    *importing("people:people-classes-import", "people.classes", IMPORTERS),
    *importing("people:people-pupils-import", "people.pupils", IMPORTERS, mode="whole"),
]
ROWS: list[Row] = [*LISTS, *OBJECTS, *IMPORTS]
