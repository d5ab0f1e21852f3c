"""Who reaches emergencies, days at home, leave and teaching at home."""

from collections.abc import Mapping

from django.utils import timezone

from tests.access.cast import (
    BUREAU,
    DIRECTOR,
    FAMILY,
    GUARDIANS,
    HEADS,
    OFFICER,
    SCHOOL,
    STAFF,
    TEACHERS,
)
from tests.access.row import Row, act, form, page
from tests.access.stories.continuity import monday
from tests.access.story import Story
from tongke.teaching.continuity.models import Emergency, HomeTeaching, Leave, Study

Args = Mapping[str, object]
HOMEROOM = frozenset({"assistant"})


def _part(story: Story, who: str) -> Args:
    day = monday(timezone.now()).isoformat()
    return {"pupil_id": story.world.pupil.person.pk, "day": day, "seq": 1}


def _class(story: Story, who: str) -> Args:
    return {"class_id": story.world.deer_class.pk, "day": monday(timezone.now()).isoformat()}


def _cell(story: Story, who: str) -> Args:
    return {**_class(story, who), "seq": 1}


def _study(story: Story, who: str) -> Args:
    return {"study_id": Study.objects.get(question="看不懂").pk}


def _emergency(story: Story, who: str) -> Args:
    return {"pk": Emergency.objects.get(title="访问测试停课").pk}


def _leave(story: Story, who: str) -> Args:
    return {"pk": Leave.objects.get(pupil=story.world.pupil.person).pk}


def _home(story: Story, who: str) -> Args:
    return {"pk": HomeTeaching.objects.get(pupil=story.world.pupil.person).pk}


def _visit(story: Story, who: str) -> Args:
    home = HomeTeaching.objects.get(pupil=story.world.pupil.person)
    return {"pk": home.pk, "visit_id": home.visits.order_by("day")[0].pk}


LEARNING = [
    page("continuity:today", FAMILY),
    page("continuity:part", FAMILY, _part),
    act("continuity:part-done", FAMILY, _part),
    act("continuity:part-practise", FAMILY, _part),
    act("continuity:part-ask", FAMILY, _part),
]
CLASSES = [
    page("continuity:class-list", SCHOOL | OFFICER | DIRECTOR),
    page("continuity:class-export", SCHOOL | OFFICER | DIRECTOR),
    page("continuity:class-day", SCHOOL | OFFICER | DIRECTOR, _class),
    form("continuity:part-choose", HOMEROOM, _cell),
    act("continuity:part-withdraw", HOMEROOM, _cell),
    act("continuity:reply", HOMEROOM, _study),
]
EMERGENCIES = [
    page("continuity:emergency-list", STAFF),
    page("continuity:emergency-export", STAFF),
    form("continuity:emergency-new", OFFICER | DIRECTOR | HEADS),
    page("continuity:emergency-detail", SCHOOL | BUREAU, _emergency),
    page("continuity:emergency-report", SCHOOL | BUREAU, _emergency),
    form("continuity:emergency-close", OFFICER | DIRECTOR, _emergency),
    form("continuity:emergency-revoke", OFFICER | DIRECTOR, _emergency),
    act("continuity:emergency-reopen", OFFICER | DIRECTOR, _emergency),
]
LEAVES = [
    page("continuity:leave-list", TEACHERS | HEADS | FAMILY),
    page("continuity:leave-export", TEACHERS | HEADS | FAMILY),
    form("continuity:leave-new", TEACHERS | GUARDIANS),
    page("continuity:leave-detail", HOMEROOM | HEADS | FAMILY, _leave),
    act("continuity:leave-decide", HOMEROOM, _leave),
    act("continuity:leave-cancel", HOMEROOM | GUARDIANS, _leave),
    act("continuity:leave-guide", HOMEROOM, _leave),
]
HOMES = [
    page("continuity:home-list", TEACHERS | HEADS | GUARDIANS | OFFICER),
    page("continuity:home-export", TEACHERS | HEADS | GUARDIANS | OFFICER),
    form("continuity:home-new", HEADS),
    page("continuity:home-detail", HOMEROOM | HEADS | GUARDIANS | OFFICER, _home),
    form("continuity:home-edit", HEADS, _home),
    act("continuity:visit-add", HOMEROOM | HEADS, _home),
    form("continuity:visit-log", HOMEROOM | HEADS, _visit),
]
ROWS: list[Row] = [*LEARNING, *CLASSES, *EMERGENCIES, *LEAVES, *HOMES]
