"""Pages from the gap to the lesson: what each role finds, what a wrong click answers."""

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tongke.core.jobs import run_pending
from tongke.core.profile import override
from tongke.engines.communities.tests.make import browse
from tongke.foundation.people.tests.make import MUSIC, make_class
from tongke.teaching.timetable import web
from tongke.teaching.timetable.models import (
    Course,
    Demand,
    Lesson,
    PlanRun,
)
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.services import lessons
from tongke.teaching.timetable.tests.browsing import cells, page, url
from tongke.teaching.timetable.tests.make import (
    CHINESE,
    Scene,
    ask,
    first_lesson,
    published,
    put,
    ready,
    take,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def content(text: str) -> str:
    """What a page itself shows: the shell around it carries form tokens and the address."""
    return text.split("<main", 1)[1].split("</main>", 1)[0]


def test_the_check_leads_to_demands(scene: Scene) -> None:
    cast = scene.cast
    officer, deer = browse(cast.officer), browse(scene.deer_timetabler)

    text = page(officer, "gap-list")
    assert "开齐率" in text
    assert "鹿回湾" in page(officer, "gap-list", q="鹿回湾", only="gaps")
    assert "没有符合条件" in page(officer, "gap-list", only="good")
    assert deer.get(url("gap-list"))["Location"] == url("gap-school", cast.deer_bay.pk)
    assert "0 / 2" in page(deer, "gap-school", cast.deer_bay.pk)
    rows = cells(officer.get(url("gap-export"), {"school": cast.deer_bay.pk}))
    music = next(row for row in rows if row[2] == "音乐")
    assert music[3:5] + music[6:8] == (2, 0, "未开", None)

    asked = deer.post(url("demand-open", cast.deer_class.pk, MUSIC))
    assert asked["Location"] == url("gap-school", cast.deer_bay.pk)
    twice = deer.post(url("demand-open", cast.deer_class.pk, MUSIC), {"next": url("demand-list")})
    assert twice["Location"] == url("demand-list")
    elsewhere = deer.post(
        url("demand-open", cast.deer_class.pk, MUSIC), {"next": "https://example.org/"}
    )
    assert elsewhere["Location"] == url("gap-school", cast.deer_bay.pk)
    assert Demand.objects.count() == 1
    assert deer.post(url("demand-open", cast.far_class.pk, MUSIC)).status_code == 404
    assert deer.post(url("demand-open", cast.deer_class.pk, "XX")).status_code == 404
    deer.post(url("demand-open-all"), {"school": cast.deer_bay.pk})
    many = Demand.objects.count()
    assert many > 5
    deer.post(url("demand-open-all"))
    assert Demand.objects.count() == many

    demand = Demand.objects.get(subject=MUSIC)
    assert page(deer, "demand-close", demand.pk)
    assert deer.post(url("demand-close", demand.pk), {"reason": ""}).status_code == 422
    assert deer.post(url("demand-close", demand.pk), {"reason": "自己能开"}).status_code == 302
    assert deer.post(url("demand-close", demand.pk), {"reason": "再来"}).status_code == 422
    assert "自己能开" in page(deer, "demand-list", state="closed", q="音乐", subject=MUSIC)
    assert page(deer, "demand-list", kind="missing")
    assert len(cells(deer.get(url("demand-export")))) == many
    for name in ("gap-list", "demand-list", "gap-export", "demand-export"):
        assert browse(cast.teacher).get(url(name)).status_code == 404


def test_from_demand_to_published_course_in_the_browser(scene: Scene) -> None:
    cast = scene.cast
    deer_demand, stone_demand = ask(scene), ask(scene, cast.stone_class)
    centre, deer = browse(cast.timetabler), browse(scene.deer_timetabler)
    stone = browse(scene.stone_timetabler)
    assert "可以承接" in page(centre, "demand-list")
    assert "可以承接" not in page(deer, "demand-list")

    nothing = centre.post(url("course-take"))
    assert nothing["Location"] == url("demand-list")
    assert deer.post(url("course-take"), {"demand": [deer_demand.pk]})["Location"] == nothing[
        "Location"]  # fmt: skip
    centre.post(url("course-take"), {"demand": [deer_demand.pk, stone_demand.pk]})
    course = Course.objects.get()
    detail = url("course-detail", course.pk)
    assert "还差这些" in centre.get(detail).content.decode()

    staffing = url("course-staff", course.pk)
    assert "林知遥（每周 0 节）" in centre.get(staffing).content.decode()
    given = {"host_teacher": cast.teacher.person.pk, "host_class": cast.centre_class.pk,
             "host_room": scene.studio.pk, "textbook": scene.textbook.pk, "form": "delivered",
             "periods_per_week": 1}  # fmt: skip
    assert centre.post(staffing, given | {"periods_per_week": 9}).status_code == 422
    with override_most(1):
        assert centre.post(staffing, given | {"periods_per_week": 2}).status_code == 422
    assert centre.post(staffing, given)["Location"] == detail
    assert deer.get(staffing).status_code == 404

    for listener in course.listeners.select_related("school_class"):
        own = listener.school_class == cast.deer_class
        client = deer if own else stone
        helper = (cast.deer_assistant if own else cast.stone_assistant).person
        room = scene.deer_room if own else scene.stone_room
        address = url("listener-staff", listener.pk)
        assert centre.get(address).status_code == 404
        assert helper.name in client.get(address).content.decode()
        if own:
            wrong = {"assistant": helper.pk, "room": scene.stone_room.pk}
            assert client.post(address, wrong).status_code == 422
        assert client.post(address, {"assistant": helper.pk, "room": room.pk})["Location"] == detail
    course.refresh_from_db()
    assert course.state == "ready"

    assert "五年级音乐" in page(centre, "plan-list")
    assert centre.post(url("plan-start"))["Location"] == url("plan-list")
    started = centre.post(url("plan-start"), {"course": [course.pk]})
    run = PlanRun.objects.get()
    assert started["Location"] == url("plan-detail", run.pk)
    assert "正在找共同时间" in page(centre, "plan-detail", run.pk)
    poll = centre.get(url("plan-detail", run.pk), headers={"HX-Request": "true"})
    assert "正在找共同时间" in poll.content.decode()
    assert "<html" not in poll.content.decode()
    run_pending()
    done = centre.get(url("plan-detail", run.pk), headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    text = page(centre, "plan-detail", run.pk)
    assert "<svg" in text
    assert "共同时间" in text
    accepted = centre.post(url("plan-accept", run.pk))
    assert accepted["Location"] == detail
    assert centre.post(url("plan-accept", run.pk))["Location"] == url("plan-detail", run.pk)

    course.refresh_from_db()
    weeks = len({lesson.week for lesson in Lesson.objects.all()})
    assert (course.state, Lesson.objects.count()) == ("published", weeks)
    assert all(lesson.starts_at > course.published_at for lesson in Lesson.objects.all())
    text = centre.get(detail).content.decode()
    assert "已开课" in text
    assert ("接下来的课" in text) == (weeks > 0)
    assert "五年级音乐" in page(deer, "course-list", q="鹿回湾", state="published", subject=MUSIC)
    assert page(deer, "course-list", form="delivered")
    assert cells(deer.get(url("course-export")))[1][0] == "五年级音乐"
    consortium = reverse("communities:consortium-detail", args=[scene.group.pk])
    assert "五年级音乐" in centre.get(consortium).content.decode()
    for client in (centre, deer, browse(cast.officer)):
        text = page(client, "joint-week", scene.group.pk)
        assert "五年级音乐联合课，主讲 林知遥" in text
        assert "石桥教学点五年级（1）班" in text
    unknown = page(centre, "joint-week", scene.group.pk, grade="11")
    assert content(unknown) == content(page(centre, "joint-week", scene.group.pk, grade="15"))
    assert browse(cast.outsider).get(url("joint-week", scene.group.pk)).status_code == 404
    assert "已经确认" in page(centre, "plan-detail", run.pk)
    assert "已开课" in page(centre, "plan-list")


def override_most(periods: int) -> AbstractContextManager[TimetableProfile]:
    """A region in which a teacher delivers at most so many periods."""
    return override(TimetableProfile, max_delivered_periods=periods)


def test_a_lesson_of_the_plan_is_moved_on_the_page(scene: Scene) -> None:
    course = ready(scene, periods=2)
    other = ready(scene, ask(scene, scene.cast.stone_class))
    client = browse(scene.cast.timetabler)
    client.post(url("plan-start"), {"course": [course.pk, other.pk]})
    run_pending()
    run = PlanRun.objects.get()
    slot = next(each for each in run.proposal["slots"] if each["course"] == course.pk)
    was = f"{slot['weekday']}-{slot['seq']}"

    text = page(client, "plan-detail", run.pk, course=course.pk, move=was)
    assert "换到哪里" in text
    assert "可放" in text
    assert page(client, "plan-detail", run.pk, course=other.pk, move="junk")
    used = {(each["weekday"]) for each in run.proposal["slots"]}
    day = next(day for day in range(1, 6) if day not in used)
    moved = client.post(
        url("plan-move", run.pk), {"course": course.pk, "from": was, "to": f"{day}-2"}
    )
    assert moved["Location"] == f"{url('plan-detail', run.pk)}?course={course.pk}"
    run.refresh_from_db()
    assert (day, 2) in {(each["weekday"], each["seq"]) for each in run.proposal["slots"]}
    client.post(url("plan-move", run.pk), {"course": course.pk, "from": "9-9", "to": "1-3"})
    assert client.post(url("plan-move", run.pk), {"course": 0, "to": "1-3"}).status_code == 404
    assert (
        client.post(url("plan-move", run.pk), {"course": course.pk, "to": "x"}).status_code == 404
    )
    assert browse(scene.deer_timetabler).get(url("plan-detail", run.pk)).status_code == 404
    client.post(url("plan-discard", run.pk))
    client.post(url("plan-discard", run.pk))
    assert "已经放弃" in page(client, "plan-detail", run.pk)


def test_a_plan_that_fails_or_grows_old_says_so(scene: Scene) -> None:
    cast = scene.cast
    every = [(day, seq) for day in range(1, 6) for seq in range(1, 8)]
    put(scene, cast.deer_class, *every, code=CHINESE)
    course = ready(scene)
    client = browse(cast.officer)
    client.post(url("plan-start"), {"course": [course.pk]})
    run_pending()
    run = PlanRun.objects.get()

    text = page(client, "plan-detail", run.pk)
    assert "还差 1 节排不进" in text
    assert "可以试试" in text
    client.post(url("plan-accept", run.pk))
    assert PlanRun.objects.get().state == "ready"
    Course.objects.filter(pk=course.pk).update(host_teacher=None)
    assert "方案已经过时" in page(client, "plan-detail", run.pk)
    PlanRun.objects.filter(pk=run.pk).update(state="failed", proposal={"refusal": "缺教师"})
    assert "缺教师" in page(client, "plan-detail", run.pk)
    assert browse(cast.teacher).get(url("plan-list")).status_code == 404


def test_a_course_is_withdrawn_and_a_class_leaves_it(scene: Scene) -> None:
    cast = scene.cast
    course = take(scene, ask(scene), ask(scene, cast.stone_class))
    centre, deer = browse(cast.timetabler), browse(scene.deer_timetabler)
    listener = course.listeners.get(school_class=cast.deer_class)

    assert page(deer, "listener-drop", listener.pk)
    assert deer.post(url("listener-drop", listener.pk), {"reason": ""}).status_code == 422
    deer.post(url("listener-drop", listener.pk), {"reason": "本校能开"})
    last = course.listeners.get()
    assert centre.post(url("listener-drop", last.pk), {"reason": "甲"}).status_code == 422
    assert page(centre, "course-withdraw", course.pk)
    assert centre.post(url("course-withdraw", course.pk), {"reason": "没有教师"}).status_code == 302
    assert centre.post(url("course-withdraw", course.pk), {"reason": "再来"}).status_code == 422
    assert "已经撤销" in page(centre, "course-detail", course.pk)
    assert deer.get(url("course-withdraw", course.pk)).status_code == 404
    assert browse(cast.pupil).get(url("course-list")).status_code == 404


def test_the_hub_of_a_lesson_for_every_role(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    monkeypatch.setattr(web, "_PANELS", [])
    web.register_panel(lambda request, shown: f"<p>作业 {shown.pk}</p>", order=30)  # type: ignore[arg-type, return-value]
    live = web.register_panel(lambda request, shown: "<p>课堂</p>", order=10)  # type: ignore[arg-type, return-value]
    web.register_panel(live, order=10)
    web.register_panel(lambda request, shown: None)

    for key in ("teacher", "deer_assistant", "pupil", "guardian", "head", "officer", "researcher"):
        text = page(browse(cast.actors[key]), "lesson-detail", lesson.pk)
        assert text.index("课堂") < text.index(f"作业 {lesson.pk}")
        assert "周青禾" in text
        assert page(browse(cast.actors[key]), "lesson-list")
    assert browse(cast.outsider).get(url("lesson-detail", lesson.pk)).status_code == 404
    staff = browse(cast.head)
    assert len(cells(staff.get(url("lesson-export"), {"week": 1}))) == 2
    assert browse(cast.pupil).get(url("lesson-export")).status_code == 404
    text = page(staff, "lesson-list", q="鹿回湾", state="planned", week=1, course=lesson.course_id)
    assert "第1单元（1）" in text


def test_a_lesson_that_was_held_is_taken_back_and_put_right_on_its_page(scene: Scene) -> None:
    cast = scene.cast
    lesson = first_lesson(published(scene))
    teacher, officer = browse(cast.teacher), browse(cast.officer)
    now = timezone.now()
    Lesson.objects.filter(pk=lesson.pk).update(
        day=timezone.localdate(now), starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )  # fmt: skip

    lesson.refresh_from_db()
    lessons.start(lesson, by=cast.teacher, at=now)
    lessons.finish(lesson, by=cast.teacher, at=now)
    assert "已上课" in page(teacher, "lesson-detail", lesson.pk)
    assert teacher.get(url("lesson-reverse", lesson.pk)).status_code == 404
    assert "冲销" in page(officer, "lesson-reverse", lesson.pk)
    assert officer.post(url("lesson-reverse", lesson.pk), {"reason": ""}).status_code == 422
    officer.post(url("lesson-reverse", lesson.pk), {"reason": "没有连通"})
    assert officer.post(url("lesson-reverse", lesson.pk), {"reason": "再来"}).status_code == 422
    assert "没有连通" in page(teacher, "lesson-detail", lesson.pk)
    assert "没有连通" not in page(browse(cast.pupil), "lesson-detail", lesson.pk)
    assert page(officer, "lesson-confirm", lesson.pk)
    officer.post(url("lesson-confirm", lesson.pk), {"reason": "录像证明"})
    lesson.refresh_from_db()
    assert (lesson.state, lesson.revision) == ("held", 2)

    second = lesson.course.lessons.order_by("day")[1]
    Lesson.objects.filter(pk=second.pk).update(
        starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )
    assert page(teacher, "lesson-miss", second.pk)
    assert page(officer, "lesson-miss", second.pk)
    teacher.post(url("lesson-miss", second.pk), {"reason": "停电"})
    second.refresh_from_db()
    assert second.state == "not_held"
    assert page(teacher, "lesson-topic", second.pk)
    third = lesson.course.lessons.order_by("day")[2]
    teacher.post(url("lesson-topic", third.pk), {"title": "小白船", "unit": ""})
    assert teacher.post(url("lesson-topic", third.pk), {"title": ""}).status_code == 422
    assert teacher.post(url("lesson-topic", second.pk), {"title": "甲"}).status_code == 422
    third.refresh_from_db()
    assert third.title == "小白船"


def test_lists_cost_the_same_queries_with_more_rows(scene: Scene) -> None:
    cast = scene.cast
    published(scene)
    ready(scene, ask(scene, make_class(cast.deer_bay)), with_class=False)
    officer, head = browse(cast.officer), browse(cast.timetabler)
    views = [
        (officer, "lesson-list"), (officer, "course-list"), (officer, "demand-list"),
        (officer, "gap-list"), (officer, "class-list"), (head, "teacher-list"),
        (officer, "school-list"), (head, "demand-list"), (officer, "bell-list"),
        (head, "plan-list"), (officer, "lesson-export"), (officer, "course-export"),
    ]  # fmt: skip

    def counts() -> dict[tuple[str, str], int]:
        found = {}
        for client, name in views:
            client.get(url(name))
            with CaptureQueriesContext(connection) as seen:
                client.get(url(name))
            found[str(client.session["appointment"]), name] = len(seen)
        return found

    before = counts()
    published(scene, ask(scene, cast.stone_class), with_class=False)
    ready(scene, ask(scene, make_class(cast.stone_bridge)))
    ask(scene, make_class(cast.far_school))

    assert counts() == before
