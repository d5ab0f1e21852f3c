"""Who reaches course choice."""

from collections.abc import Mapping

from tests.access.cast import (
    BUREAU,
    DIRECTOR,
    FAMILY,
    GUARDIANS,
    HEADS,
    MANAGERS,
    OFFICER,
    PUPILS,
    RESEARCHER,
    SCHOOL,
    STAFF,
    SYSADMIN,
    TEACHERS,
    TIMETABLERS,
    strangers,
)
from tests.access.row import Row, Where, act, form, page
from tests.access.stories import electives as tale
from tests.access.story import Story
from tongke.teaching.timetable.models import Lesson

Args = Mapping[str, object]
HOST = frozenset({"teacher"})
CENTRE = frozenset({"head", "timetabler"})
OF_COUNTY = strangers("teacher", "head", "timetabler")
WRITERS = TEACHERS | MANAGERS
RUNNERS = MANAGERS | OFFICER
RETURNS = TEACHERS | MANAGERS | OFFICER


def _open(story: Story, who: str) -> Args:
    return {"pk": tale.round_("第二轮").pk}


def _subjects(story: Story, who: str) -> Args:
    return {"pk": tale.round_("选科").pk}


def _done(story: Story, who: str) -> Args:
    return {"pk": tale.round_("第一轮").pk}


def _draft(story: Story, who: str) -> Args:
    return {"pk": tale.offer("草稿课").pk}


def _public(story: Story, who: str) -> Args:
    return {"pk": tale.offer("竖笛社").pk}


def _submitted(story: Story, who: str) -> Args:
    return {"pk": tale.offer("待审课").pk}


def _section(story: Story, who: str) -> Args:
    return {"pk": tale.section("合唱团").pk}


def _draft_section(story: Story, who: str) -> Args:
    return {"pk": tale.section("草稿课").pk}


def _lesson(story: Story, who: str) -> Args:
    section = tale.section("合唱团")
    lesson = Lesson.objects.filter(course=section.course_id).order_by("starts_at").first()
    assert lesson is not None
    return {"pk": section.pk, "lesson": lesson.pk}


def _round_section(story: Story, who: str) -> Args:
    return {"pk": tale.round_("第一轮").pk, "section": tale.section("合唱团").pk}


def _ballot(story: Story, who: str) -> Args:
    return {"pk": tale.ballot().pk}


def _seat(story: Story, who: str) -> Args:
    return {"pk": tale.seat().pk}


def _run(story: Story, who: str) -> Args:
    return {"pk": tale.run().pk}


def _side(story: Story, who: str) -> Args:
    return {"pk": tale.side().pk}


def _child(name: str, at: Where) -> Row:
    return Row(name=name, get=FAMILY, post=PUPILS, at=at)


_READERS = SCHOOL | BUREAU
ROWS = [
    page("electives:mine", FAMILY),
    page("electives:menu", FAMILY, _open),
    _child("electives:list-edit", _open),
    _child("electives:subjects-edit", _subjects),
    act("electives:ballot-agree", GUARDIANS, _ballot),
    act("electives:seat-leave", PUPILS | HEADS | TIMETABLERS, _seat),
    page("electives:offer-list", STAFF),
    page("electives:offer-export", STAFF),
    form("electives:offer-create", WRITERS),
    page("electives:offer-detail", STAFF | FAMILY | OF_COUNTY, _public),
    form("electives:offer-edit", HOST | CENTRE, _draft),
    act("electives:offer-submit", HOST | CENTRE, _draft),
    act("electives:offer-publish", frozenset({"head"}), _submitted),
    form("electives:offer-return", frozenset({"head"}), _submitted),
    form("electives:offer-withdraw", HOST | CENTRE, _public),
    form("electives:section-create", HOST | CENTRE, _draft),
    page("electives:section-list", WRITERS),
    page("electives:section-detail", HOST | CENTRE, _section),
    form("electives:section-edit", HOST | CENTRE, _draft_section),
    act("electives:section-remove", HOST | CENTRE, _draft_section),
    page("electives:section-export", HOST | CENTRE, _section),
    form("electives:presence-enter", HOST, _lesson),
    form("electives:results-enter", HOST, _section),
    act("electives:results-import", HOST, _section),
    page("electives:round-list", STAFF),
    form("electives:round-create", RUNNERS),
    page("electives:round-detail", _READERS, _done),
    form("electives:round-edit", CENTRE, _open),
    form("electives:round-sections", CENTRE, _open),
    act("electives:round-open", CENTRE, _open),
    form("electives:round-cancel", CENTRE, _open),
    act("electives:round-draw", CENTRE, _open),
    act("electives:round-publish", CENTRE, _done),
    act("electives:round-start", CENTRE, _done),
    page("electives:seat-list", SCHOOL | OFFICER, _done),
    page("electives:seat-export", SCHOOL | OFFICER, _done),
    act("electives:section-release", CENTRE, _round_section),
    act("electives:run-start", CENTRE, _subjects),
    page("electives:run-detail", CENTRE, _run),
    act("electives:run-accept", CENTRE, _run),
    act("electives:run-stop", CENTRE, _run),
    form("electives:side-staff", frozenset({"deer_head", "deer_timetabler"}), _side),
    page("electives:return-list", RETURNS),
    page("electives:return-export", RETURNS),
    page("electives:network", MANAGERS | RESEARCHER | OFFICER | DIRECTOR | SYSADMIN),
    page("electives:network-export",
         MANAGERS | RESEARCHER | OFFICER | DIRECTOR | SYSADMIN),
]  # fmt: skip
