"""Who reaches absences, day changes and suspended days."""

from collections.abc import Mapping

from tests.access.cast import BUREAU, MANAGERS, OFFICER, SCHOOL, STAFF, TEACHERS
from tests.access.row import Row, act, form, page
from tests.access.stories.changes import absence, change, suspension
from tests.access.story import Story

Args = Mapping[str, object]
ASKER = frozenset({"assistant"})
SUBSTITUTE = frozenset({"deer_head"})


def _absence(story: Story, who: str) -> Args:
    return {"pk": absence(story).pk}


def _change(story: Story, who: str) -> Args:
    return {"pk": change(story).pk}


def _suspension(story: Story, who: str) -> Args:
    return {"pk": suspension(story).pk}


def _school(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk}


def _gap(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_class.pk, "subject": "SB0603"}


def _asked(story: Story, who: str) -> Args:
    return {"school": story.world.centre.pk}


ROWS: list[Row] = [
    page("timetable:absence-list", STAFF),
    page("timetable:absence-export", STAFF),
    form("timetable:absence-create", SCHOOL),
    page("timetable:absence-detail", MANAGERS | BUREAU | ASKER, _absence),
    act("timetable:absence-arrange", MANAGERS, _absence),
    act("timetable:absence-decide", MANAGERS, _absence),
    act("timetable:absence-cancel", MANAGERS, _absence),
    page("timetable:change-list", STAFF),
    page("timetable:change-export", STAFF),
    page("timetable:change-mine", SCHOOL),
    page("timetable:change-board-mine", STAFF),
    page("timetable:change-board", MANAGERS | BUREAU | TEACHERS, _school),
    act("timetable:change-accept", SUBSTITUTE, _change),
    form("timetable:change-refuse", SUBSTITUTE, _change),
    act("timetable:change-undo", MANAGERS, _change),
    page("timetable:suspension-list", STAFF),
    page("timetable:suspension-export", STAFF),
    form("timetable:suspension-create", MANAGERS | OFFICER),
    act("timetable:suspension-undo", MANAGERS | OFFICER, _suspension),
    page("timetable:gap-held", MANAGERS | BUREAU),
    page("timetable:gap-held-export", MANAGERS | BUREAU),
    page("timetable:gap-deliverers", MANAGERS | BUREAU, _gap),
    page("timetable:gap-deliverers-export", MANAGERS | BUREAU, _gap),
    Row(name="timetable:gap-ask", post=MANAGERS | OFFICER, at=_gap, data=_asked),
]
