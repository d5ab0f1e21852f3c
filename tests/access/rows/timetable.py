"""Who reaches the timetable."""

from collections.abc import Mapping

from tests.access.cast import (
    BUREAU,
    EVERYONE,
    MANAGERS,
    OFFICER,
    STAFF,
    SYSADMIN,
    TEACHERS,
    strangers,
)
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story

Args = Mapping[str, object]
DEER = frozenset({"deer_head", "deer_timetabler"})
CENTRE = frozenset({"head", "timetabler"})
OF_COUNTY = strangers("teacher", "head", "timetabler")
HOST = frozenset({"teacher"})


def _term(story: Story, who: str) -> Args:
    return {"pk": story.scene.term.pk}


def _holiday(story: Story, who: str) -> Args:
    return {"pk": story.scene.term.pk, "holiday": story.joint.holiday.pk}


def _school(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk}


def _group(story: Story, who: str) -> Args:
    return {"pk": story.scene.group.pk}


def _class(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk}


def _cell(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk, "weekday": 1, "seq": 1}


def _teacher(story: Story, who: str) -> Args:
    return {"pk": story.world.teacher.person.pk}


def _wish(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk, "subject": "SB0702"}


def _demand(story: Story, who: str) -> Args:
    return {"pk": story.joint.demand.pk}


def _course(story: Story, who: str) -> Args:
    return {"pk": story.joint.course.pk}


def _draft(story: Story, who: str) -> Args:
    return {"pk": story.joint.draft.pk}


def _listener(story: Story, who: str) -> Args:
    return {"pk": story.joint.draft.listeners.get().pk}


def _plan(story: Story, who: str) -> Args:
    return {"pk": story.joint.plan.pk}


def _moved(story: Story, who: str) -> Args:
    return {"course": story.joint.plan.courses.get().pk, "to": "1-2"}


def _held(story: Story, who: str) -> Args:
    return {"pk": story.joint.held.pk}


CALENDAR = [
    page("timetable:term-list", STAFF),
    form("timetable:term-create", OFFICER | SYSADMIN),
    Row(name="timetable:term-detail", get=STAFF | OF_COUNTY, post=OFFICER | SYSADMIN, at=_term),
    form("timetable:term-edit", OFFICER | SYSADMIN, _term),
    act("timetable:holiday-remove", OFFICER | SYSADMIN, _holiday),
    page("timetable:bell-list", STAFF),
    form("timetable:bell-edit", MANAGERS, _school),
]
GRIDS = [
    page("timetable:mine", EVERYONE),
    page("timetable:class-list", EVERYONE),
    page("timetable:class-week", EVERYONE, _class),
    form("timetable:cell-edit", MANAGERS, _cell),
    act("timetable:cell-clear", MANAGERS, _cell),
    page("timetable:teacher-list", MANAGERS | BUREAU),
    page("timetable:teacher-week", CENTRE | BUREAU | {"teacher"}, _teacher),
    page("timetable:school-list", STAFF),
    page("timetable:school-day", MANAGERS | BUREAU | TEACHERS, _school),
    page("timetable:joint-week", STAFF, _group),
    page("timetable:plan-export", EVERYONE),
    *importing("timetable:timetable-placement-import", "timetable.placement", MANAGERS),
]
GAPS = [
    page("timetable:gap-list", MANAGERS | BUREAU),
    page("timetable:gap-export", MANAGERS | BUREAU),
    page("timetable:gap-school", MANAGERS | BUREAU, _school),
    act("timetable:demand-open", MANAGERS | OFFICER, _wish),
    page("timetable:demand-list", MANAGERS | BUREAU),
    page("timetable:demand-export", MANAGERS | BUREAU),
    act("timetable:demand-open-all", MANAGERS | OFFICER),
    form("timetable:demand-close", MANAGERS | OFFICER, _demand),
]
COURSES = [
    page("timetable:course-list", STAFF),
    page("timetable:course-export", STAFF),
    act("timetable:course-take", MANAGERS),
    page("timetable:course-detail", STAFF, _course),
    form("timetable:course-staff", CENTRE, _draft),
    form("timetable:course-withdraw", CENTRE | OFFICER, _draft),
    form("timetable:listener-staff", DEER, _listener),
    form("timetable:listener-drop", MANAGERS, _listener),
    page("timetable:plan-list", MANAGERS | OFFICER),
    act("timetable:plan-start", MANAGERS | OFFICER),
    page("timetable:plan-detail", CENTRE | OFFICER, _plan),
    Row(name="timetable:plan-move", post=CENTRE | OFFICER, at=_plan, data=_moved),
    act("timetable:plan-accept", CENTRE | OFFICER, _plan),
    act("timetable:plan-discard", CENTRE | OFFICER, _plan),
]
LESSONS = [
    page("timetable:lesson-list", EVERYONE),
    page("timetable:lesson-export", STAFF),
    page("timetable:lesson-detail", EVERYONE, _held),
    form("timetable:lesson-topic", HOST, _held),
    form("timetable:lesson-miss", HOST | OFFICER | {"head"}, _held),
    form("timetable:lesson-reverse", OFFICER | {"head"}, _held),
    form("timetable:lesson-confirm", OFFICER | {"head"}, _held),
]
ROWS: list[Row] = [*CALENDAR, *GRIDS, *GAPS, *COURSES, *LESSONS]
