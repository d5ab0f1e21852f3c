"""Whatever is edited: what is published breaks no hard rule and puts nobody in two places."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.teaching.timetable import planner
from tongke.teaching.timetable.models import Placement, SchoolPlan
from tongke.teaching.timetable.queries.clock import term_clashes
from tongke.teaching.timetable.queries.plans.problem import setting_of
from tongke.teaching.timetable.services.plans import edits, publishing, versions
from tongke.teaching.timetable.services.plans.edits import Target
from tongke.teaching.timetable.services.plans.rules import set_teacher_times
from tongke.teaching.timetable.tests.make import BEFORE, EARLY, Scene, published
from tongke.teaching.timetable.tests.make_plans import Small, by_hand, make_small

pytestmark = pytest.mark.slow

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["move", "swap", "off", "lock", "undo", "redo", "force", "publish"]),
        st.integers(0, 23), st.integers(1, 5), st.integers(1, 7),
        st.sampled_from(["", "家长会"]),
    ),
    max_size=8,
)  # fmt: skip


@pytest.fixture
def small(scene: Scene) -> Small:
    published(scene)
    made = make_small(scene)
    set_teacher_times(
        made.school, scene.term, made.teachers["数老师"], [(5, 6), (5, 7)], hard=True, by=made.by,
        at=BEFORE,
    )  # fmt: skip
    return made


def _act(small: Small, plan: SchoolPlan, act: tuple[str, int, int, int, str]) -> None:
    what, index, day, seq, reason = act
    rows = list(plan.entries.order_by("pk"))
    row, other = rows[index % len(rows)], rows[(index + seq) % len(rows)]
    said = {"revision": plan.revision, "by": small.by, "at": BEFORE}
    match what:
        case "move":
            edits.move(plan, row.pk, Target(day, seq), reason=reason, **said)
        case "swap":
            edits.swap(plan, row.pk, other.pk, **said)
        case "off":
            edits.take_off(plan, [row.pk], **said)
        case "lock":
            edits.lock(plan, [row.pk], locked=day > 2, **said)
        case "undo":
            edits.undo(plan, **said)
        case "redo":
            edits.redo(plan, **said)
        case "force":
            # As if something had written the row past every service.
            plan.entries.filter(pk=row.pk).update(weekday=day, seq=seq, reason=reason)
        case "publish":
            publishing.publish(plan, **said)


@pytest.mark.slow
@settings(
    max_examples=8, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_no_published_timetable_breaks_a_hard_rule(
    small: Small, acts: list[tuple[str, int, int, int, str]]
) -> None:
    base = SchoolPlan.objects.filter(name="底稿").first() or by_hand(small, "底稿")
    plan = versions.copy_plan(base, name="试", by=small.by, at=BEFORE)
    for act in [*acts, ("publish", 0, 1, 1, "")]:
        plan.refresh_from_db()
        if plan.state == SchoolPlan.State.PUBLISHED:
            break
        try:
            _act(small, plan, act)
        except Refused:
            continue
    plan.refresh_from_db()
    assert term_clashes(small.scene.term, EARLY) == []
    if plan.state != SchoolPlan.State.PUBLISHED:
        return
    entries = list(plan.entries.all())
    setting = setting_of(plan, EARLY)
    accepted = {each.key for each in entries if each.reason}
    for each in planner.check(setting.problem, setting.timetable(entries)):
        assert not each.hard or (each.rule and accepted & set(each.activities)), each
    stands = Placement.objects.filter(school_class__in=small.classes, slot=None)
    assert stands.count() == sum(task.periods for task in small.tasks)
    SchoolPlan.objects.filter(pk=plan.pk).update(state=SchoolPlan.State.RETIRED)
