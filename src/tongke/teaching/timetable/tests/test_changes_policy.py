"""Who sees and arranges what; and what suspended days refuse because of other arrangements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from tongke.core.errors import Refused
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import make_actor
from tongke.teaching.timetable import policy_changes
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries.changes_offers import Desk
from tongke.teaching.timetable.queries.changes_suspended import Plan
from tongke.teaching.timetable.services.changes import absences, arranging, steps, suspending
from tongke.teaching.timetable.tests.changing import EVE, MONDAY, Staffed, staffed, standing
from tongke.teaching.timetable.tests.make import ENGLISH, Scene, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(scene: Scene) -> Staffed:
    """The staffed centre school."""
    return staffed(scene)


def test_each_role_has_its_own_part(school: Staffed) -> None:
    cast, zhao = school.scene.cast, school.zhao
    absence = school.away(school.bai)
    change = arranging.arrange_all(absence, by=school.by, at=EVE)[0]
    put(school.scene, cast.deer_class, (2, 1))
    tuesday = Plan(cast.deer_bay, MONDAY + timedelta(days=1))
    suspending.suspend(school.scene.term, tuesday, reason="停电", by=cast.deer_head, at=EVE)

    def has(rows: QuerySet[Any]) -> bool:
        return rows.exists()

    read, decide = Perm.ABSENCE_READ, Perm.ABSENCE_DECIDE
    for actor, may in (
        (school.bai, True), (zhao, False), (cast.head, True), (cast.officer, True),
        (cast.researcher, True), (cast.outsider, False), (cast.stranger, False),
        (cast.pupil, False), (cast.guardian, False), (cast.deer_head, False),
    ):  # fmt: skip
        assert has(policy_changes.absences(actor, read)) is may, actor.audit_name
    assert has(policy_changes.absences(cast.timetabler, decide))
    assert not has(policy_changes.absences(cast.officer, decide))
    assert not has(policy_changes.absences(school.bai, Perm.ABSENCE_ENTER))  # decided already
    for actor, perm, may in (
        (school.bai, Perm.CHANGE_READ, True), (zhao, Perm.CHANGE_ANSWER, True),
        (school.bai, Perm.CHANGE_ANSWER, False), (cast.officer, Perm.CHANGE_READ, True),
        (cast.officer, Perm.CHANGE_UNDO, False), (cast.pupil, Perm.CHANGE_READ, False),
        (cast.outsider, Perm.CHANGE_READ, False), (cast.head, Perm.CHANGE_UNDO, True),
    ):  # fmt: skip
        rows = policy_changes.changes(actor, perm)
        assert rows.filter(pk=change.pk).exists() is may, (actor.audit_name, perm)
    assert has(policy_changes.suspensions(cast.deer_assistant, Perm.SUSPENSION_READ))
    assert not has(policy_changes.suspensions(cast.guardian, Perm.SUSPENSION_READ))
    assert not has(policy_changes.suspensions(cast.deer_assistant, Perm.SUSPENSION_DECLARE))
    assert not has(policy_changes.colleagues(cast.officer))
    assert list(policy_changes.colleagues(zhao)) == [zhao.person]
    assert cast.region.region in policy_changes.suspendable(cast.officer)
    assert cast.centre not in policy_changes.suspendable(cast.deer_head)
    assert not has(policy_changes.suspendable(cast.researcher))


def test_a_make_up_day_takes_nobody_who_is_elsewhere(school: Staffed) -> None:
    scene, cast = school.scene, school.scene.cast
    make_actor(Role.TEACHER, cast.far_school, person=school.sun.person)
    put(scene, cast.far_class, (2, 3), code=ENGLISH, teacher=school.sun)
    saturday = MONDAY + timedelta(days=5)
    suspending.suspend(
        scene.term, Plan(cast.far_school, MONDAY + timedelta(days=1), make_up_on=saturday),
        reason="运动会", by=None, at=EVE,
    )  # fmt: skip

    # Monday's third period at the centre and Tuesday's third at the other are both 孙's.
    with pytest.raises(Refused, match="撞在一起"):
        suspending.suspend(
            scene.term, Plan(cast.centre, MONDAY, make_up_on=saturday), reason="雪", by=None,
            at=EVE,
        )  # fmt: skip


def test_a_day_does_not_come_back_over_what_was_arranged_meanwhile(school: Staffed) -> None:
    scene, cast = school.scene, school.scene.cast
    make_actor(Role.TEACHER, cast.far_school, person=school.sun.person)
    ill = make_actor(Role.TEACHER, cast.far_school, name="远英语")
    put(scene, cast.far_class, (1, 3), code=ENGLISH, teacher=ill)
    row = suspending.suspend(
        scene.term, Plan(cast.centre, MONDAY, alone=True), reason="雪", by=None, at=EVE
    )
    new = absences.NewAbsence(
        teacher=ill.person, school=cast.far_school, kind="sick", since=MONDAY, until=MONDAY
    )
    absence = absences.enter(scene.term, new, approved=True, by=None, at=EVE)
    key = Desk(absence, EVE).lessons[0].key
    made = arranging.arrange(absence, {key: f"sub:{school.sun.person.pk}"}, by=None, at=EVE)

    with pytest.raises(Refused, match="之后的安排依赖这次停课"):
        suspending.resume(row, by=None, at=EVE)
    steps.undo(made[0].step, by=None, at=EVE)
    suspending.resume(row, by=None, at=EVE)
    assert not standing()


def test_a_day_with_make_up_lessons_makes_up_for_no_other(school: Staffed) -> None:
    scene, cast = school.scene, school.scene.cast
    saturday = MONDAY + timedelta(days=5)
    suspending.suspend(
        scene.term, Plan(cast.centre, MONDAY, make_up_on=saturday), reason="雪", by=None, at=EVE
    )
    absence = school.away(school.bai, first=MONDAY + timedelta(days=1))
    lesson = Desk(absence, EVE).lessons[0]
    moves = [each.token for each in Desk(absence, EVE).offers(lesson).make_ups]
    token = next(each for each in moves if each.startswith(f"move:{saturday}"))
    arranging.arrange(absence, {lesson.key: token}, by=None, at=EVE)

    with pytest.raises(Refused, match="已经用来补"):
        suspending.suspend(
            scene.term, Plan(cast.centre, MONDAY + timedelta(days=1), make_up_on=saturday),
            reason="雪", by=None, at=EVE,
        )  # fmt: skip
