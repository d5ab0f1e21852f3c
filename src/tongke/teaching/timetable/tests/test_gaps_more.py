"""What was really held week by week, and who could deliver what a class lacks."""

from datetime import timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.models import Message
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import MUSIC, make_actor
from tongke.foundation.people.tests.pages import client_of
from tongke.teaching.timetable.models import Demand
from tongke.teaching.timetable.queries.changes_suspended import Plan
from tongke.teaching.timetable.queries.gaps import check_completeness
from tongke.teaching.timetable.queries.gaps_deliverers import deliverers
from tongke.teaching.timetable.queries.gaps_trend import Tally, held_lines, trend
from tongke.teaching.timetable.services import demands
from tongke.teaching.timetable.services.asking import ask_school
from tongke.teaching.timetable.services.changes import arranging, suspending
from tongke.teaching.timetable.tests.browsing import cells, page, url
from tongke.teaching.timetable.tests.changing import EVE, MONDAY, Staffed, staffed
from tongke.teaching.timetable.tests.make import BEFORE, EARLY, Scene, put, subject

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor"), pytest.mark.slow]
LATER = MONDAY + timedelta(weeks=2)


@pytest.fixture
def school(scene: Scene) -> Staffed:
    """The staffed centre school: class one has five lessons a week, class two three."""
    return staffed(scene)


def test_the_weeks_show_what_was_called_off_and_made_up(school: Staffed) -> None:
    scene, one = school.scene, school.one
    absence = school.away(school.bai, days=2)
    picks = {
        f"c{one.pk}-{MONDAY}-1": "off",
        f"c{one.pk}-{MONDAY + timedelta(days=1)}-2": f"move:{MONDAY + timedelta(days=2)}:1",
    }
    arranging.arrange(absence, picks, by=school.by, at=EVE)
    friday = MONDAY + timedelta(weeks=1)  # the Monday after: all lessons of both classes fall out
    suspending.suspend(
        scene.term, Plan(scene.cast.centre, friday, make_up_on=friday + timedelta(days=5)),
        reason="大雪", by=school.by, at=EVE,
    )  # fmt: skip

    found = trend(scene.term, [one, school.two], LATER)

    assert [line.week for line in found.weeks] == [1, 2, 3, 4, 5]
    plain, changed, snow = found.weeks[2], found.weeks[3], found.weeks[4]
    assert (plain.days, plain.tally) == (5, Tally(planned=8))
    assert (changed.tally, changed.tally.share) == (Tally(8, 2, 1), 7 / 8)
    assert (snow.tally, snow.tally.share) == (Tally(8, 6, 6), 1.0)
    assert found.total == Tally(40, 8, 7)
    assert dict(found.classes)[school.two] == Tally(15, 3, 3)
    # Of both classes' required subjects only Chinese, maths and English are taught: 3 of each.
    assert plain.offered == changed.offered
    assert changed.periods is not None
    assert plain.periods is not None
    assert changed.periods < plain.periods
    assert [line.school_class for line in held_lines(found, sort="-planned")] == [one, school.two]
    assert held_lines(found, text="没有") == []


def test_before_the_term_there_is_nothing_to_show(school: Staffed) -> None:
    found = trend(school.scene.term, [school.one], EARLY)

    assert (found.weeks, found.total.share) == ((), None)


def test_deliverers_are_qualified_have_capacity_a_room_and_common_time(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.deer_class, (1, 1), (1, 2), teacher=cast.deer_assistant)
    make_actor(Role.TEACHER, cast.far_school, subject_code=MUSIC, name="远乐")  # leads nothing
    busy = make_actor(Role.TEACHER, cast.centre, subject_code=MUSIC, name="忙乐")
    put(scene, cast.centre_class, *[(day, seq) for day in range(1, 5) for seq in range(1, 6)],
        teacher=busy)  # fmt: skip
    gap = next(
        gap for check in check_completeness(scene.term, [cast.deer_class], EARLY)
        for gap in check.gaps if gap.subject.pk == MUSIC
    )  # fmt: skip

    found = deliverers(gap, scene.term, EARLY)

    # 忙 has 20 periods already. 林 is free all week; the class is taken in two of 35 periods.
    assert [(one.person, one.school, one.partner, one.textbook) for one in found] == [
        (cast.teacher.person, cast.centre, True, True)
    ]
    assert (found[0].slots, found[0].times[0], found[0].room) == (33, "周一第 3 节", scene.studio)
    assert found[0].reason == (
        "本共同体中心校，教材版本相同，每周已有 0 节，其中主讲 0 节，共同空闲 33 节"
    )


def test_a_demand_may_name_the_school_it_asks(scene: Scene) -> None:
    cast, by = scene.cast, scene.deer_timetabler
    want = (scene.term, cast.deer_class, subject(MUSIC))

    with pytest.raises(Refused, match="不是教学共同体的中心校"):
        ask_school(*want, cast.far_school, by=by, at=BEFORE)
    first = ask_school(*want, cast.centre, by=by, at=BEFORE)
    again = ask_school(*want, cast.centre, by=by, at=BEFORE)

    assert first == again == Demand.objects.get()
    assert (first.asked, first.state) == (cast.centre, "open")
    told = Message.objects.filter(account=cast.timetabler.account, title__contains="请贵校承接")
    assert told.count() == 1
    demands.close_demand(first, reason="自己解决", by=by, at=BEFORE)
    assert ask_school(*want, cast.centre, by=by, at=BEFORE).pk != first.pk


def test_the_pages_of_held_lessons_and_deliverers(scene: Scene) -> None:
    cast = scene.cast
    put(scene, cast.deer_class, (1, 1), teacher=cast.deer_assistant)
    client = client_of(scene.deer_timetabler)

    assert "谁能承接" in page(client, "gap-school", cast.deer_bay.pk)
    shown = page(client, "gap-deliverers", cast.deer_class.pk, MUSIC)
    assert "林知遥" in shown
    assert "请该校承接" in shown
    rows = cells(client.get(url("gap-deliverers-export", cast.deer_class.pk, MUSIC)))
    assert [(row[0], row[3]) for row in rows if row[1] == "栖云中心小学"] == [("林知遥", 34)]
    assert client.get(url("gap-deliverers", cast.deer_class.pk, "TK-XX")).status_code == 404
    sent = client.post(url("gap-ask", cast.deer_class.pk, MUSIC), {"school": cast.centre.pk})
    assert (sent.status_code, Demand.objects.get().asked) == (302, cast.centre)
    assert "已请该校" in page(client, "gap-deliverers", cast.deer_class.pk, MUSIC)
    wrong = client.post(url("gap-ask", cast.deer_class.pk, MUSIC), {"school": 0})
    assert wrong.status_code == 404
    assert "实开率" in page(client, "gap-held")
    assert "实开率" in page(client_of(cast.officer), "gap-held", sort="-share", q="鹿")
    rows = cells(client.get(url("gap-held-export")))
    assert any("鹿回湾教学点" in str(row[0]) for row in rows)
    assert "点名请栖云中心小学承接" in page(client_of(cast.timetabler), "demand-list")
