"""A pupil's day at home: done marks, practice, questions; choices; drills count nothing."""

from datetime import timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.models import Message
from tongke.engines.learning.models import LearningRecord
from tongke.engines.library.models import Resource
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.tests.make import NOON
from tongke.teaching.assessment import services as bank
from tongke.teaching.assessment.models import Item
from tongke.teaching.continuity.models import Choice, Opening, Study
from tongke.teaching.continuity.queries import learners, reports
from tongke.teaching.continuity.queries.days import Part, class_day
from tongke.teaching.continuity.queries.learners import Task, learner_day
from tongke.teaching.continuity.services import choosing, emergencies, preparing, studying
from tongke.teaching.continuity.services.choosing import Wanted
from tongke.teaching.continuity.tests.make import MONDAY, MORNING, add_page, declare
from tongke.teaching.timetable.tests.make import Scene

pytestmark = pytest.mark.slow


def task_of(scene: Scene, seq: int) -> Task:
    task = learner_day(scene.cast.pupil.person, MONDAY).task_at(seq)
    assert task is not None
    return task


def part_of(scene: Scene, seq: int) -> Part:
    deer = SchoolClass.objects.select_related("school").get(pk=scene.cast.deer_class.pk)
    return next(part for part in class_day(deer, MONDAY).parts if part.seq == seq)


def test_done_marks_and_practice_are_learning_records_and_can_be_taken_back(scene: Scene) -> None:
    by = scene.cast.pupil
    declare(scene.cast.officer, scene.cast.centre)
    studying.finish(task_of(scene, 2), by.person, by=by, at=NOON)
    studying.finish(task_of(scene, 2), by.person, by=by, at=NOON)
    live = LearningRecord.objects.filter(object_type="continuity.standin", voided_by=None)

    assert live.filter(verb="viewed").count() == 1
    assert learner_day(by.person, MONDAY).done == 1
    studying.undo(task_of(scene, 2), by=by, at=NOON)
    assert not live.filter(verb="viewed").exists()
    with pytest.raises(Refused, match="还没有标记"):
        studying.undo(task_of(scene, 2), by=by, at=NOON)
    studying.finish(task_of(scene, 2), by.person, by=by, at=NOON)
    assert live.filter(verb="viewed").count() == 1

    task = task_of(scene, 2)
    items = learners.practice(task.part.stand_in)
    with pytest.raises(Refused, match="还没有作答"):
        studying.practise(task, by.person, items, {1: []}, by=by, at=NOON)
    with pytest.raises(Refused, match="孩子自己"):
        studying.practise(task, by.person, items, {1: ["B"]}, by=scene.cast.guardian, at=NOON)
    study = studying.practise(task, by.person, items, {1: ["B"], 2: ["A"]}, by=by, at=NOON)
    assert [study.answers[str(item.pk)]["correct"] for item in items] == [True, False]
    shares = LearningRecord.objects.filter(verb="answered").order_by("pk")
    assert [each.share for each in shares] == [1.0, 0.0]
    with pytest.raises(Refused, match="已经交过"):
        studying.practise(task_of(scene, 2), by.person, items, {1: ["B"]}, by=by, at=NOON)
    assert bank.is_used(items[0])
    assert not bank.is_used(Item(pk=10**9))


def test_a_drill_leaves_no_trace_in_what_counts(scene: Scene) -> None:
    by = scene.cast.pupil
    drill = declare(scene.cast.officer, scene.cast.centre, drill=True)
    task = task_of(scene, 2)
    assert task.drill
    assert learner_day(by.person, MONDAY).drill
    studying.finish(task, by.person, by=by, at=NOON)
    items = learners.practice(task.part.stand_in)
    studying.practise(task_of(scene, 2), by.person, items, {1: ["B"]}, by=by, at=NOON)

    assert Study.objects.get().drill
    assert not LearningRecord.objects.exists()
    whole = learner_day(by.person, MONDAY).whole
    assert whole is not None
    opened = MORNING + timedelta(hours=2)
    assert studying.note_opening(whole, by.person, teacher=False, at=opened) == 1
    assert studying.note_opening(whole, by.person, teacher=False, at=NOON) == 0
    # Minutes count from the first bell: the bay rings at 8:35.
    for school in preparing.list_schools(drill):
        preparing.write_out(drill.pk, school, today=MONDAY, at=NOON)
    lines = {
        each.school.name: each
        for each in reports.school_lines(drill, scene.cast.centre._meta.model.objects.all())
    }
    bay = lines["鹿回湾教学点"]
    assert (bay.classes_opened, bay.pupils_opened, bay.middle, bay.in_time) == (1, 1, 25.0, 1)
    total = reports.totals(drill, lines.values())
    assert (total.schools, total.ready, total.pupils_opened, total.preparing) == (3, 3, 1, False)
    assert total.unmatched == total.periods - total.matched > 0
    # The real thing on the same day counts.
    declare(scene.cast.officer, scene.cast.centre, title="真的停课")
    studying.open_task(task_of(scene, 2), by.person, at=NOON)
    assert not Study.objects.get().drill


def test_a_question_reaches_the_teacher_and_the_answer_the_pupil(scene: Scene) -> None:
    cast = scene.cast
    declare(cast.officer, cast.centre)
    with pytest.raises(Refused, match="写下问题"):
        studying.ask(task_of(scene, 1), cast.pupil.person, " ", by=cast.pupil, at=NOON)
    study = studying.ask(
        task_of(scene, 1), cast.pupil.person, "生字在哪里？", by=cast.guardian, at=NOON
    )
    assert (
        Message.objects.get(account=cast.deer_assistant.account).title == "安小满问：生字在哪里？"
    )
    with pytest.raises(Refused, match="写下答复"):
        studying.reply(study, "", by=cast.deer_assistant, at=NOON)
    studying.reply(study, "在第 12 页。", by=cast.deer_assistant, at=NOON)
    assert Message.objects.filter(account=cast.pupil.account, title__contains="第 12 页").exists()
    with pytest.raises(Refused, match="已经答复"):
        studying.ask(task_of(scene, 1), cast.pupil.person, "再问", by=cast.pupil, at=NOON)
    silent = studying.open_task(task_of(scene, 2), cast.pupil.person, at=NOON)
    with pytest.raises(Refused, match="没有提问"):
        studying.reply(silent, "好", by=cast.deer_assistant, at=NOON)


def test_a_teacher_replaces_a_stand_in_before_it_begins_and_can_go_back(scene: Scene) -> None:
    cast, by = scene.cast, scene.cast.deer_assistant
    declare(cast.officer, cast.centre)
    page = add_page(scene, "MP-2", "节奏练习")
    part = part_of(scene, 1)
    for wanted, words in (
        (Wanted(), "选一个资源"), (Wanted(resource=page, link="https://a.cn"), "只填一样"),
        (Wanted(link="javascript:alert(1)"), "http"),
        (Wanted(resource=Resource(pk=page.pk, state="draft")), "还没有发布"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            choosing.choose(part, wanted, by=by, at=MORNING)
    with pytest.raises(Refused, match="没有可以撤销"):
        choosing.withdraw(part, by=by, at=MORNING)

    choosing.choose(part, Wanted(resource=page, note="更合适"), by=by, at=MORNING)
    chosen = part_of(scene, 1).stand_in
    assert (chosen.kind, chosen.resource, chosen.by_teacher) == ("chosen", page, True)
    assert "更合适" in chosen.why
    choosing.choose(part_of(scene, 1), Wanted(link="https://live.example.cn/1"), by=by, at=MORNING)
    assert part_of(scene, 1).stand_in.kind == "link"
    # The platform writing out its proposals does not touch the teacher's word.
    preparing.keep(class_day(part.school_class, MONDAY).parts)
    assert part_of(scene, 1).stand_in.kind == "link"
    choosing.withdraw(part_of(scene, 1), by=by, at=MORNING)
    assert part_of(scene, 1).stand_in.kind == "chosen"
    choosing.withdraw(part_of(scene, 1), by=by, at=MORNING)
    assert part_of(scene, 1).stand_in.kind == "none"
    assert Choice.objects.filter(withdrawn_at__isnull=False).count() == 2
    assert len(choosing.history(part_of(scene, 1))) == 2
    with pytest.raises(Refused, match="已经开始"):
        choosing.choose(part_of(scene, 1), Wanted(resource=page), by=by, at=NOON)


def test_openings_are_of_each_emergency_and_gone_with_none(scene: Scene) -> None:
    cast = scene.cast
    one = declare(cast.officer, cast.centre)
    whole = learner_day(cast.pupil.person, MONDAY).whole
    assert whole is not None
    studying.note_opening(whole, cast.pupil.person, teacher=False, at=NOON)
    emergencies.revoke(one, reason="误报", by=cast.officer, at=NOON)
    after = learner_day(cast.pupil.person, MONDAY)
    assert after.tasks == []
    assert after.whole is not None
    assert after.whole.orders == []
    assert Opening.objects.count() == 1
