"""Pages of whole-school plans: lists, the week grid, editing with and without scripts, rules."""

import io
import json

import pytest
from django.test import Client

from tongke.core.jobs import run_pending
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of
from tongke.teaching.timetable.models import PlanRule, SchoolPlan, TeachingTask
from tongke.teaching.timetable.services.plans.rules import set_teacher_times
from tongke.teaching.timetable.tests.browsing import cells, page, url
from tongke.teaching.timetable.tests.make import BEFORE, CHINESE, Scene
from tongke.teaching.timetable.tests.make_plans import Small, by_hand, entry, make_small

pytestmark = pytest.mark.slow


@pytest.fixture
def small(scene: Scene) -> Small:
    return make_small(scene)


@pytest.fixture
def browser(small: Small) -> Client:
    return client_of(small.by)


def _json(
    browser: Client, name: str, *args: object, **data: object
) -> tuple[int, dict[str, object]]:
    response = browser.post(url(name, *args), data, headers={"Accept": "application/json"})
    return response.status_code, json.loads(response.content)


def test_the_way_from_tasks_to_a_published_timetable(small: Small, browser: Client) -> None:
    assert browser.get(url("school-plan-home")).url == url("school-plan-list", small.school.pk)
    text = page(browser, "school-plan-list", small.school.pk)
    assert "还没有方案" in text
    assert "每周共 26 节" in text
    begun = browser.post(url("school-plan-begin", small.school.pk), {"name": "初稿", "source": ""})
    plan = SchoolPlan.objects.get()
    assert begun.url == url("school-plan-detail", plan.pk)
    for by in ("class", "teacher", "room"):
        assert "待排" in page(browser, "school-plan-detail", plan.pk, by=by)

    browser.post(url("school-plan-compute", plan.pk), {"seconds": "1"})
    part = browser.get(url("school-plan-progress", plan.pk), headers={"HX-Request": "true"})
    assert "停在当前最好" in part.content.decode()
    assert (
        "正在自动排课，请先停止"
        in browser.post(
            url("school-plan-off", plan.pk, plan.entries.first().pk), {"revision": 0}, follow=True
        ).content.decode()
    )
    browser.post(url("school-plan-stop", plan.pk))
    run_pending()
    again = browser.get(url("school-plan-progress", plan.pk), headers={"HX-Request": "true"})
    assert again.headers["HX-Refresh"] == "true"
    plan.refresh_from_db()
    assert plan.state == SchoolPlan.State.READY
    assert "已排 24 / 24 节" in page(browser, "school-plan-detail", plan.pk)

    stale = browser.post(url("school-plan-publish", plan.pk), {"revision": 0}, follow=True)
    assert "刚刚被改过" in stale.content.decode()
    done = browser.post(
        url("school-plan-publish", plan.pk), {"revision": plan.revision}, follow=True
    )
    assert "v1 已发布" in done.content.decode()
    assert "撤回，恢复原课表" in done.content.decode()
    back = browser.post(url("school-plan-withdraw", plan.pk), follow=True)
    assert "已恢复发布前的课表" in back.content.decode()


def test_the_grid_asks_once_and_moves(small: Small, browser: Client) -> None:
    plan = by_hand(small)
    row = entry(plan, small.tasks[0])
    found = json.loads(browser.get(url("school-plan-options", plan.pk, row.pk)).content)
    assert found["revision"] == plan.revision
    assert len(found["cells"]) == 35
    here = next(one for one in found["cells"] if one["here"])
    assert (here["weekday"], here["seq"]) == (row.weekday, row.seq)
    blocked = [one for one in found["cells"] if not one["legal"] and not one["here"]]
    assert all(one["reasons"] for one in blocked)
    assert any(one["swap"] for one in blocked)
    legal = next(one for one in found["cells"] if one["legal"] and not one["here"])
    target = {"weekday": legal["weekday"], "seq": legal["seq"], "revision": plan.revision}
    assert _json(browser, "school-plan-move", plan.pk, row.pk, **target)[0] == 200
    status, told = _json(browser, "school-plan-move", plan.pk, row.pk, **target)
    assert status == 409
    assert "刚刚被" in str(told["refusal"])

    plan.refresh_from_db()
    status, told = _json(browser, "school-plan-lock", plan.pk, row.pk, revision=plan.revision)
    assert (status, told["done"]) == (200, "已锁定。")
    assert "这节课已经锁定" in page(browser, "school-plan-move", plan.pk, row.pk)
    plan.refresh_from_db()
    _json(browser, "school-plan-lock", plan.pk, row.pk, revision=plan.revision)
    plan.refresh_from_db()
    undone = browser.post(
        url("school-plan-undo", plan.pk), {"revision": plan.revision}, follow=True
    )
    assert "已撤销：解锁" in undone.content.decode()


def test_without_scripts_a_page_lists_where_a_lesson_may_go(small: Small, browser: Client) -> None:
    set_teacher_times(
        small.school, small.scene.term, small.teachers["语一"], [(5, 7)], hard=True,
        by=small.by, at=BEFORE,
    )  # fmt: skip
    plan = by_hand(small)
    row = entry(plan, small.tasks[0])
    text = page(browser, "school-plan-move", plan.pk, row.pk)
    assert "可以放在哪里" in text
    assert "可以对调的课" in text
    assert "语一周五第 7 节不排课" in text
    sent = {"to": "5-7", "revision": plan.revision, "query": "by=teacher"}
    refused = browser.post(url("school-plan-move", plan.pk, row.pk), sent)
    assert refused.status_code == 409
    assert "请写明理由" in refused.content.decode()
    done = browser.post(url("school-plan-move", plan.pk, row.pk), {**sent, "reason": "本人同意"})
    assert done.url == f"{url('school-plan-detail', plan.pk)}?by=teacher"
    text = page(browser, "school-plan-issues", plan.pk)
    assert "理由：本人同意" in text
    assert "已接受" in page(browser, "school-plan-issues", plan.pk, kind="accepted")
    rows = cells(browser.get(url("school-plan-issue-export", plan.pk), {"kind": "accepted"}))
    assert rows[-1][4] == "本人同意"
    plan.refresh_from_db()
    browser.post(url("school-plan-off", plan.pk, row.pk), {"revision": plan.revision})
    assert "没有排的课" in page(browser, "school-plan-issues", plan.pk)
    browser.post(url("school-plan-copy", plan.pk))
    copy = SchoolPlan.objects.get(parent=plan)
    assert "两个方案的课完全一样" in page(browser, "school-plan-diff", copy.pk)
    other = entry(copy, small.tasks[1])
    browser.post(url("school-plan-off", copy.pk, other.pk), {"revision": copy.revision})
    text = page(browser, "school-plan-diff", copy.pk, **{"with": plan.pk})
    assert "涉及 1 位教师" in text
    assert cells(browser.get(url("school-plan-diff", copy.pk), {"xlsx": 1}))[-1][3] == "待排"
    gone = browser.post(url("school-plan-retire", copy.pk))
    assert gone.url == url("school-plan-detail", plan.pk)


def test_tasks_are_searched_filled_in_and_taken_away(small: Small, browser: Client) -> None:
    school = small.school.pk
    assert "数老师" in page(browser, "task-list", school, q="数老师", sort="-periods")
    assert "没有符合条件的任务" in page(browser, "task-list", school, q="没有的人")
    assert "语二" not in page(browser, "task-list", school, **{"class": small.classes[0].pk})
    sent = {
        "subject": CHINESE, "classes": [small.classes[0].pk], "periods": 3, "doubles": 2,
        "weeks": "all",
    }  # fmt: skip
    bad = browser.post(url("task-create", school), sent)
    assert bad.status_code == 422
    assert "最多 1 次连堂" in bad.content.decode()
    browser.post(url("task-create", school), {**sent, "doubles": 1, "room_kind": "special"})
    made = TeachingTask.objects.latest("pk")
    assert (made.periods, made.parts, made.room_kind) == (3, (2, 1), "special")
    assert 'value="3"' in page(browser, "task-edit", made.pk)
    browser.post(url("task-edit", made.pk), {**sent, "periods": 4, "doubles": 0, "tags": "主科"})
    made.refresh_from_db()
    assert (made.parts, made.tags) == ((1, 1, 1, 1), "主科")
    browser.post(url("task-remove", school), {"task": [made.pk]})
    assert not TeachingTask.objects.filter(pk=made.pk).exists()

    body = browser.get(url("task-export", school)).content
    file = io.BytesIO(body)
    file.name = "任务.xlsx"
    report = browser.post(url("timetable-task-import", school), {"file": file}, follow=True)
    assert "没有需要导入的变化" in report.content.decode()
    csv = io.BytesIO("学科,班级,教师,每周节数\n音乐,五年级1班,没有的人,1\n".encode())
    csv.name = "任务.csv"
    report = browser.post(url("timetable-task-import", school), {"file": csv}, follow=True)
    assert "本校没有叫“没有的人”的教师" in report.content.decode()
    text = f"学科,班级,教师,每周节数\n音乐,{small.classes[0].name},美老师,2\n"
    csv = io.BytesIO(text.encode())
    csv.name = "任务.csv"
    report = browser.post(url("timetable-task-import", school), {"file": csv}, follow=True)
    run = report.redirect_chain[-1][0]
    browser.post(f"{run}commit/")
    assert TeachingTask.objects.filter(subject__name="音乐").exists()
    browser.post(f"{run}undo/")
    assert not TeachingTask.objects.filter(subject__name="音乐").exists()


def test_rules_are_switched_weighed_and_made(small: Small, browser: Client) -> None:
    school = small.school.pk
    assert "同一门课分散在不同的日子" in page(browser, "plan-rule-list", school)
    browser.post(url("plan-rule-set", school, "spread"), {"hard": "1", "weight": "7"})
    row = PlanRule.objects.get(source="spread")
    assert (row.active, row.hard, row.weight) == (False, True, 7)
    text = page(browser, "plan-rule-list", school, q="分散", scope="region", sort="-weight")
    assert "本校改过" in text
    assert "停用" in text
    browser.post(url("plan-rule-remove", row.pk))
    made = {"hard": "0", "weight": "3", "subjects": [CHINESE]}
    bad = browser.post(f"{url('plan-rule-create', school)}?kind=never", made)
    assert bad.status_code == 422
    assert "至少点选一节" in bad.content.decode()
    browser.post(f"{url('plan-rule-create', school)}?kind=never", {**made, "cell": ["1-7", "9-9"]})
    row = PlanRule.objects.get(kind="never")
    assert row.target == {"subjects": [CHINESE], "cells": [[1, 7]]}
    assert "语文不排在周一第 7 节" in page(browser, "plan-rule-list", school, scope="school")
    assert "checked" in page(browser, "plan-rule-edit", row.pk)
    browser.post(url("plan-rule-edit", row.pk), {**made, "cell": ["2-7"]})
    row.refresh_from_db()
    assert row.target["cells"] == [[2, 7]]
    who = small.teachers["体老师"].pk
    browser.post(url("teacher-times", school, who), {"cell": ["5-5", "5-6", "5-7"], "hard": "1"})
    assert "体老师周五下午不排课" in page(browser, "plan-rule-list", school)
    assert page(browser, "teacher-times", school, who).count("checked") == 4
    assert browser.get(f"{url('plan-rule-create', school)}?kind=nothing").status_code == 404
    rows = cells(browser.get(url("plan-rule-list", school), {"xlsx": 1, "scope": "school"}))
    assert rows[-1][0] == "语文不排在周二第 7 节"
    small.begin("三稿")
    assert cells(browser.get(url("school-plan-list", school), {"xlsx": 1}))[-1][1] == "三稿"


def test_a_relaxation_is_one_click_and_one_click_back(small: Small, browser: Client) -> None:
    cells_ = [(day, seq) for day in range(1, 6) for seq in range(1, 8) if (day, seq) > (1, 3)]
    set_teacher_times(
        small.school, small.scene.term, small.teachers["语一"], cells_, hard=True, by=small.by,
        at=BEFORE,
    )  # fmt: skip
    plan = small.begin()
    browser.post(url("school-plan-explain", plan.pk))
    run_pending()
    text = page(browser, "school-plan-issues", plan.pk)
    assert "放宽这条试试" in text
    rule = PlanRule.objects.get()
    sent = {"rule": f"r{rule.pk}", "sentence": "语一不排课"}
    tried = browser.post(url("school-plan-relax", plan.pk), sent, follow=True)
    assert "这一版放宽了 1 条规则" in tried.content.decode()
    fresh = SchoolPlan.objects.get(parent=plan)
    assert fresh.state == SchoolPlan.State.COMPUTING
    SchoolPlan.objects.filter(pk=fresh.pk).update(state=SchoolPlan.State.DRAFT)
    back = browser.post(url("school-plan-retire", fresh.pk))
    assert back.url == url("school-plan-detail", plan.pk)


def test_lists_ask_as_much_for_many_as_for_few(small: Small, browser: Client) -> None:
    plan = by_hand(small)

    def grow() -> None:
        small.add("SB0404", "数老师", small.classes[1])
        small.begin("又一稿")

    for address in (
        url("task-list", small.school.pk), url("school-plan-list", small.school.pk),
        url("school-plan-detail", plan.pk), url("school-plan-diff", plan.pk),
    ):  # fmt: skip
        assert_queries_flat(lambda to=address: browser.get(to), grow)
