"""Who reaches the plans of whole schools."""

from collections.abc import Mapping

from tests.access.cast import (
    EVERYONE,
    GUEST,
    MANAGERS,
    OFFICER,
    SCHOOL,
    STRANGERS,
)
from tests.access.row import Row, act, form, page
from tests.access.stories import plans
from tests.access.story import Story

Args = Mapping[str, object]
READERS = MANAGERS | OFFICER


def _school(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk}


def _task(story: Story, who: str) -> Args:
    return {"pk": plans.task(story).pk}


def _rule(story: Story, who: str) -> Args:
    return {"pk": plans.rule(story).pk}


def _set(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk, "key": "spread"}


def _times(story: Story, who: str) -> Args:
    return {"pk": story.world.deer_bay.pk, "person": story.world.deer_assistant.person.pk}


def _plan(story: Story, who: str) -> Args:
    return {"pk": plans.plan(story).pk}


def _entry(story: Story, who: str) -> Args:
    made = plans.plan(story)
    return {"pk": made.pk, "entry": made.entries.order_by("pk")[0].pk}


def _moved(story: Story, who: str) -> Args:
    return {"to": "1-2", "revision": 0}


def _swapped(story: Story, who: str) -> Args:
    return {"other": plans.plan(story).entries.order_by("pk")[1].pk}


def _upload(story: Story, who: str) -> Args:
    return {"pk": plans.upload(story).pk}


def _feed(story: Story, who: str) -> Args:
    return {"token": plans.feed(story).token}


def _task_import() -> list[Row]:
    def run(story: Story, who: str) -> Args:
        owner = who if who in MANAGERS else min(MANAGERS)
        made = story.run("timetable.task", owner, pk=story.world.deer_bay.pk)
        return {"pk": story.world.deer_bay.pk, "run_id": made.pk}

    name = "timetable:timetable-task-import"
    return [
        form(name, MANAGERS, _school),
        page(f"{name}-template", MANAGERS, _school),
        page(f"{name}-report", MANAGERS, run),
        *(act(f"{name}-{verb}", MANAGERS, run) for verb in ("commit", "cancel", "undo")),
        page(f"{name}-download", MANAGERS, run),
    ]


TASKS = [
    page("timetable:task-list", READERS, _school),
    form("timetable:task-create", MANAGERS, _school),
    page("timetable:task-export", READERS, _school),
    act("timetable:task-remove", MANAGERS, _school),
    act("timetable:task-derive", MANAGERS, _school),
    act("timetable:task-copy", MANAGERS, _school),
    form("timetable:task-edit", MANAGERS, _task),
    *_task_import(),
]
RULES = [
    page("timetable:plan-rule-list", READERS, _school),
    Row(name="timetable:plan-rule-create", get=MANAGERS, post=MANAGERS, at=_school,
        query="?kind=teacher_day"),
    act("timetable:plan-rule-set", MANAGERS, _set),
    form("timetable:plan-rule-edit", MANAGERS, _rule),
    act("timetable:plan-rule-remove", MANAGERS, _rule),
    form("timetable:teacher-times", MANAGERS, _times),
]  # fmt: skip
PLANS = [
    page("timetable:school-plan-home", READERS),
    page("timetable:school-plan-list", READERS, _school),
    act("timetable:school-plan-begin", MANAGERS, _school),
    page("timetable:school-plan-detail", READERS, _plan),
    page("timetable:school-plan-progress", READERS, _plan),
    act("timetable:school-plan-compute", MANAGERS, _plan),
    act("timetable:school-plan-stop", MANAGERS, _plan),
    act("timetable:school-plan-explain", MANAGERS, _plan),
    act("timetable:school-plan-relax", MANAGERS, _plan),
    act("timetable:school-plan-copy", MANAGERS, _plan),
    act("timetable:school-plan-retire", MANAGERS, _plan),
    page("timetable:school-plan-issues", READERS, _plan),
    page("timetable:school-plan-issue-export", READERS, _plan),
    page("timetable:school-plan-diff", READERS, _plan),
    act("timetable:school-plan-publish", MANAGERS, _plan),
    act("timetable:school-plan-withdraw", MANAGERS, _plan),
    act("timetable:school-plan-undo", MANAGERS, _plan),
    act("timetable:school-plan-redo", MANAGERS, _plan),
    page("timetable:school-plan-options", MANAGERS, _entry),
    Row(name="timetable:school-plan-move", get=MANAGERS, post=MANAGERS, at=_entry, data=_moved),
    Row(name="timetable:school-plan-swap", post=MANAGERS, at=_entry, data=_swapped),
    act("timetable:school-plan-off", MANAGERS, _entry),
    act("timetable:school-plan-lock", MANAGERS, _entry),
    page("timetable:school-plan-print", READERS, _plan),
    page("timetable:school-plan-export", READERS, _plan),
]
OUT = [
    page("timetable:feed-mine", SCHOOL),
    act("timetable:feed-open", SCHOOL),
    act("timetable:feed-revoke", SCHOOL),
    page("timetable:feed", EVERYONE | STRANGERS | {GUEST}, _feed),
    form("timetable:grid-import", MANAGERS, _school),
    form("timetable:grid-import-match", MANAGERS, _upload),
    act("timetable:grid-import-drop", MANAGERS, _upload),
]
ROWS: list[Row] = [*TASKS, *RULES, *PLANS, *OUT]
