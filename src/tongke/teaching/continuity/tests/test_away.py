"""Leave and teaching at home."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection

from tongke.core.errors import Refused
from tongke.core.models import Message
from tongke.foundation.people.tests.make import NOON
from tongke.teaching.continuity.models import HomeTeaching, Leave, Visit
from tongke.teaching.continuity.queries import away
from tongke.teaching.continuity.queries.learners import learner_day
from tongke.teaching.continuity.services import homes, leaves
from tongke.teaching.continuity.services.homes import NewHome
from tongke.teaching.continuity.services.leaves import NewLeave
from tongke.teaching.continuity.tests.make import MONDAY, declare
from tongke.teaching.timetable.tests.make import Scene

pytestmark = pytest.mark.slow

TUESDAY = MONDAY + timedelta(days=1)


def ask(scene: Scene, **over: Any) -> Leave:
    """The pupil's leave from Monday's second to Tuesday's first period, with fields changed."""
    new: dict[str, Any] = {
        "pupil": scene.cast.pupil.person, "kind": "sick", "starts_on": MONDAY,
        "ends_on": TUESDAY, "first_seq": 2, "last_seq": 1, "reason": "发烧",
        "medical": "青霉素过敏",
    }  # fmt: skip
    by = over.pop("by", scene.cast.guardian)
    return leaves.ask(NewLeave(**{**new, **over}), by=by, at=NOON)


def test_confirmed_leave_gives_the_pupil_the_classes_day_and_nobody_else(scene: Scene) -> None:
    cast = scene.cast
    leave = ask(scene)
    assert leave.state == "asked"
    assert learner_day(cast.pupil.person, MONDAY).tasks == []
    assert Message.objects.get(account=cast.deer_assistant.account).title.endswith("待确认")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, medical FROM continuity_leave")
        sealed = "".join(str(each) for each in cursor.fetchone())
    assert "发烧" not in sealed
    assert "青霉素" not in sealed

    leaves.decide(leave, confirm=True, by=cast.deer_assistant, at=NOON)
    own = learner_day(cast.pupil.person, MONDAY)
    assert [(each.part.seq, each.reason, each.drill) for each in own.tasks] == [
        (2, "leave", False), (3, "leave", False),
    ]  # fmt: skip
    assert [each.part.seq for each in learner_day(cast.pupil.person, TUESDAY).tasks] == [1]
    assert learner_day(cast.deer_pupils[1], MONDAY).tasks == []
    assert away.on_leave([cast.deer_class.pk], MONDAY, 2) == {cast.pupil.person.pk: "病假"}
    assert away.on_leave([cast.deer_class.pk], MONDAY, 1) == {}
    leaves.guide(leave, "先休息，再看第 3 单元。", by=cast.deer_assistant, at=NOON)
    assert own.leave is not None
    with pytest.raises(Refused, match="写下学习指导"):
        leaves.guide(leave, "  ", by=cast.deer_assistant, at=NOON)
    with pytest.raises(Refused, match="已经处理"):
        leaves.decide(leave, confirm=True, by=cast.deer_assistant, at=NOON)
    # A drill does not turn real leave into one; an emergency takes it over.
    declare(cast.officer, cast.centre, drill=True)
    assert [each.reason for each in learner_day(cast.pupil.person, MONDAY).tasks] == [
        "emergency", "leave", "leave",
    ]  # fmt: skip
    leaves.cancel(leave, by=cast.guardian, at=NOON)
    assert all(each.drill for each in learner_day(cast.pupil.person, MONDAY).tasks)
    with pytest.raises(Refused, match="不用撤销"):
        leaves.cancel(leave, by=cast.guardian, at=NOON)
    with pytest.raises(Refused, match="不能再写"):
        leaves.guide(leave, "好", by=cast.deer_assistant, at=NOON)


def test_leave_that_does_not_hold_is_refused(scene: Scene) -> None:
    cast = scene.cast
    cases: tuple[tuple[dict[str, object], str], ...] = (
        ({"ends_on": MONDAY - timedelta(days=1)}, "之前"),
        ({"ends_on": MONDAY, "first_seq": 3, "last_seq": 2}, "最后一节"),
        ({"ends_on": MONDAY + timedelta(days=200)}, "最长"),
        ({"starts_on": date(2020, 1, 1), "ends_on": date(2020, 1, 1)}, "不在任何班级"),
    )
    for over, words in cases:
        with pytest.raises(Refused, match=words):
            ask(scene, **over)
    ask(scene)
    with pytest.raises(Refused, match="已经请过假"):
        ask(scene, starts_on=TUESDAY, first_seq=1, last_seq=None)
    ask(scene, starts_on=TUESDAY, first_seq=2, last_seq=None)
    made = ask(scene, pupil=cast.deer_pupils[1], by=cast.deer_assistant, last_seq=None)
    assert made.state == "confirmed"
    waiting = Leave.objects.filter(state="asked").first()
    assert waiting is not None
    with pytest.raises(Refused, match="写明原因"):
        leaves.decide(waiting, confirm=False, by=cast.deer_assistant, at=NOON)
    leaves.decide(waiting, confirm=False, answer="请补充", by=cast.deer_assistant, at=NOON)
    assert waiting.state == "refused"


def test_a_pupil_taught_at_home_has_every_day_and_a_log_of_visits(scene: Scene) -> None:
    cast = scene.cast
    new = NewHome(
        pupil=cast.pupil.person, teacher=cast.deer_assistant.person, since=MONDAY, until=None,
        weekday=3, visit_at=time(15), minutes=60, plan="识字和数数", medical="行动不便",
    )  # fmt: skip
    home = homes.open_home(new, by=cast.deer_head, at=NOON)

    days = list(home.visits.order_by("day").values_list("day", flat=True))
    assert days[0] == date(2026, 11, 25)
    assert len(days) == 4
    assert homes.plan_visits(home, MONDAY) == 4
    assert home.visits.count() == 4
    own = learner_day(cast.pupil.person, TUESDAY)
    assert [each.reason for each in own.tasks] == ["home"] * 3
    assert own.home == home
    with pytest.raises(Refused, match="已经有"):
        homes.open_home(new, by=cast.deer_head, at=NOON)

    visit = homes.add_visit(home, MONDAY, by=cast.deer_assistant, at=NOON)
    with pytest.raises(Refused, match="已经有上门"):
        homes.add_visit(home, MONDAY, by=cast.deer_assistant, at=NOON)
    with pytest.raises(Refused, match="起止日期"):
        homes.add_visit(home, date(2026, 9, 1), by=cast.deer_assistant, at=NOON)
    log: dict[str, Any] = {"state": "held", "minutes": 60, "note": "认识 5 个字"}
    homes.log_visit(visit, **log, by=cast.deer_assistant, at=NOON)
    assert (visit.state, visit.minutes) == ("held", 60)
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({**log, "minutes": 0}, "分钟数"), ({**log, "state": "missed", "note": ""}, "写明原因"),
    )  # fmt: skip
    for bad, words in refused:
        with pytest.raises(Refused, match=words):
            homes.log_visit(visit, **bad, by=cast.deer_assistant, at=NOON)
    with pytest.raises(Refused, match="还没到"):
        homes.log_visit(Visit.objects.get(day=days[0]), **log, by=cast.deer_assistant, at=NOON)
    changed = NewHome(**{**vars(new), "weekday": 5, "until": date(2026, 12, 4)})
    homes.edit_home(home, changed, by=cast.deer_head, at=NOON)
    kept = list(home.visits.order_by("day").values_list("day", "state"))
    assert kept == [
        (MONDAY, "held"), (date(2026, 11, 27), "planned"), (date(2026, 12, 4), "planned"),
    ]  # fmt: skip
    assert HomeTeaching.objects.get().medical == "行动不便"
    later = homes.open_home(
        NewHome(**{**vars(new), "since": date(2026, 12, 7)}), by=cast.deer_head, at=NOON
    )
    with pytest.raises(Refused, match="已经有"):
        homes.edit_home(home, new, by=cast.deer_head, at=NOON)
    home.refresh_from_db()
    assert home.until == date(2026, 12, 4)
    homes.edit_home(
        later, NewHome(**{**vars(new), "since": date(2026, 12, 8)}), by=cast.deer_head, at=NOON
    )
    later.visits.all().delete()
    later.delete()
    row = away.home_rows(HomeTeaching.objects.all(), MONDAY, text="安", running="yes").get()
    assert (vars(row)["held"], vars(row)["due"]) == (1, 0)
