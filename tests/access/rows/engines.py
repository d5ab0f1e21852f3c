"""Who reaches communities, the ledger, learning and the library."""

from collections.abc import Mapping

from tests.access.cast import (
    BUREAU,
    DIRECTOR,
    EVERYONE,
    FAMILY,
    HEADS,
    MANAGERS,
    OFFICER,
    PUPILS,
    RESEARCHER,
    SCHOOL,
    STAFF,
    TEACHERS,
    anywhere,
)
from tests.access.row import Row, act, form, importing, page
from tests.access.story import Story
from tongke.engines.communities.queries import rule_lines
from tongke.foundation.people.tests.make import MUSIC

Args = Mapping[str, object]


def _group(story: Story, who: str) -> Args:
    return {"pk": story.scene.group.pk}


def _membership(story: Story, who: str) -> Args:
    return {"pk": story.membership.pk}


def _rule(story: Story, who: str) -> Args:
    return {"code": rule_lines(story.virtual)[0].code}


COMMUNITIES = [
    page("communities:consortium-list", STAFF),
    page("communities:consortium-export", STAFF),
    form("communities:consortium-create", OFFICER),
    page("communities:virtual-detail", STAFF),
    act("communities:virtual-create", OFFICER),
    form("communities:rule-edit", OFFICER, _rule),
    page("communities:consortium-detail", BUREAU | SCHOOL, _group),
    form("communities:consortium-edit", OFFICER, _group),
    form("communities:consortium-end", OFFICER, _group),
    form("communities:member-join", OFFICER, _group),
    form("communities:member-leave", OFFICER, _membership),
    *importing("communities:communities-consortium-import", "communities.consortium", OFFICER),
]
READERS = TEACHERS | MANAGERS | OFFICER | DIRECTOR
CREDITS = [
    page("credits:entry-list", READERS),
    page("credits:entry-export", READERS),
]


def _class(story: Story, who: str) -> Args:
    return {"class_id": story.world.deer_class.pk, "subject_code": MUSIC}


def _point(story: Story, who: str) -> Args:
    return {**_class(story, who), "point_id": story.taught.point.pk}


def _cell(story: Story, who: str) -> Args:
    return {"mastery_id": story.taught.mastery.pk}


def _overruling(story: Story, who: str) -> Args:
    return {"overruling_id": story.taught.overruling.pk}


def _advice(story: Story, who: str) -> Args:
    return {"advice_id": story.taught.advice.pk}


LOOKING = TEACHERS | HEADS
LEARNING = [
    page("learning:class-list", LOOKING | RESEARCHER),
    page("learning:class-detail", LOOKING | RESEARCHER, _class),
    page("learning:class-export", LOOKING, _class),
    page("learning:point", LOOKING, _point),
    act("learning:push", TEACHERS, _point),
    # Families read of their progress on their home page, not in the table of the class.
    page("learning:cell", LOOKING, _cell),
    act("learning:overrule", TEACHERS, _cell),
    act("learning:overruling-withdraw", frozenset({"teacher"}), _overruling),
    page("learning:my-advice", FAMILY),
    act("learning:advice-answer", PUPILS, _advice),
    act("learning:advice-reply", TEACHERS, _advice),
]


def _resource(story: Story, who: str) -> Args:
    return {"resource_id": story.taught.page.pk}


AUTHORS = frozenset({"teacher", "researcher"})
LIBRARY = [
    page("library:resource-list", EVERYONE),
    form("library:resource-new", TEACHERS | RESEARCHER),
    # What is published is there for every school.
    page("library:resource-detail", anywhere(EVERYONE), _resource),
    page("library:resource-file", anywhere(EVERYONE), _resource),
    form("library:resource-edit", AUTHORS, _resource),
    act("library:resource-publish", AUTHORS, _resource),
]
ROWS: list[Row] = [*COMMUNITIES, *CREDITS, *LEARNING, *LIBRARY]
