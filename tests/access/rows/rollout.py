"""Who reaches the roll-out of new courses."""

from collections.abc import Mapping

from tests.access.cast import BUREAU, MANAGERS, OFFICER
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story

Args = Mapping[str, object]


def _school(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk}


def _cell(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk, "course": "ai", "grade": "15"}


ROWS: list[Row] = [
    page("timetable:rollout-list", MANAGERS | BUREAU),
    page("timetable:rollout-export", MANAGERS | BUREAU),
    act("timetable:rollout-remind", OFFICER),
    page("timetable:rollout-school", MANAGERS | BUREAU, _school),
    form("timetable:rollout-report", MANAGERS, _cell),
    page("timetable:rollout-evidence", MANAGERS | BUREAU, _cell),
    *importing("timetable:timetable-rollout-import", "timetable.rollout", MANAGERS),
]
