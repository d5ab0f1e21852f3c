"""Who reaches items, homework and the figures."""

from collections.abc import Mapping

from tests.access.cast import (
    DIRECTOR,
    FAMILY,
    GUARDIANS,
    HEADS,
    OFFICER,
    PUPILS,
    RESEARCHER,
    TEACHERS,
    TIMETABLERS,
    anywhere,
)
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story

Args = Mapping[str, object]
HOST = frozenset({"teacher"})
WRITERS = TEACHERS | RESEARCHER


def _item(story: Story, who: str) -> Args:
    return {"item_id": story.taught.item.pk}


ITEMS = [
    page("assessment:item-list", WRITERS),
    page("assessment:item-export", WRITERS),
    form("assessment:item-new", WRITERS),
    # The bank is one for the teachers of all schools.
    page("assessment:item-detail", anywhere(WRITERS), _item),
    form("assessment:item-edit", HOST | RESEARCHER, _item),
    act("assessment:item-retire", HOST | RESEARCHER, _item),
    *importing("assessment:assessment-item-import", "assessment.item", WRITERS),
]


def _lesson(story: Story, who: str) -> Args:
    return {"lesson_id": story.joint.held.pk}


def _homework(story: Story, who: str) -> Args:
    return {"homework_id": story.taught.homework.pk}


def _draft(story: Story, who: str) -> Args:
    return {"homework_id": story.taught.draft_homework.pk}


def _paper(story: Story, who: str) -> Args:
    pupil = story.world.deer_pupils[1]
    return {"homework_id": story.taught.homework.pk, "pupil_id": pupil.pk}


def _submission(story: Story, who: str) -> Args:
    return {"submission_id": story.taught.submission.pk}


def _response(story: Story, who: str) -> Args:
    return {"response_id": story.taught.response.pk}


STAFF_READING = TEACHERS | HEADS | RESEARCHER | OFFICER
HOMEWORK = [
    page("homework:homework-list", STAFF_READING | TIMETABLERS),
    page("homework:my-homework", PUPILS),
    page("homework:child-homework", GUARDIANS),
    form("homework:homework-new", HOST, _lesson),
    page("homework:homework-open", STAFF_READING | FAMILY, _homework),
    page("homework:homework-detail", STAFF_READING, _homework),
    page("homework:homework-export", TEACHERS | HEADS, _homework),
    form("homework:homework-edit", HOST, _draft),
    act("homework:homework-give-out", HOST, _draft),
    act("homework:homework-close", HOST, _homework),
    page("homework:homework-take", PUPILS, _homework),
    act("homework:homework-save", PUPILS, _homework),
    act("homework:homework-hand-in", PUPILS, _homework),
    form("homework:homework-enter", TEACHERS, _paper),
    page("homework:submission-detail", TEACHERS | HEADS | FAMILY, _submission),
    act("homework:overrule", TEACHERS, _response),
]


def _indicator(story: Story, who: str) -> Args:
    return {"code": "held"}


READERS = DIRECTOR | OFFICER | RESEARCHER | HEADS
MONITOR = [
    page("monitor:dashboard", READERS),
    act("monitor:recompute", OFFICER),
    # Everybody looks at the figures of their own place: see the test of ?org=.
    page("monitor:indicator-detail", anywhere(READERS), _indicator),
    page("monitor:indicator-rows", anywhere(READERS - RESEARCHER), _indicator),
]
ROWS: list[Row] = [*ITEMS, *HOMEWORK, *MONITOR]
