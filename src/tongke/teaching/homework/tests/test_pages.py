"""The pages of homework: for whom they are, what they show and what they must not show."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.foundation.curriculum.tests.make import opened_by
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import World, acting, make_guardian, make_pupil
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of
from tongke.teaching.homework import policy
from tongke.teaching.homework.models import Homework, Submission
from tongke.teaching.homework.policy import Perm
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import submissions
from tongke.teaching.homework.tests.make import (
    HALF,
    RIGHT,
    form_of,
    give_now,
    hand_in,
    make_draft,
    make_lesson,
)
from tongke.teaching.timetable.models import Lesson, LessonClass, Term

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
ANSWER = "听一遍再数"  # stands in the explanation only


@pytest.fixture
def lesson(cast: World) -> Lesson:
    return make_lesson(cast)


@pytest.fixture
def homework(cast: World, lesson: Lesson) -> Homework:
    return give_now(lesson, by=cast.teacher)


def done(homework: Homework, pupil: Person) -> Submission:
    assert homework.opened_at is not None
    return hand_in(homework, pupil, HALF, at=homework.opened_at)


def page(name: str, *args: int) -> str:
    return reverse(f"homework:{name}", args=args)


def test_an_assistant_reads_the_work_of_the_own_class_only(cast: World, homework: Homework) -> None:
    rows = {
        "centre": done(homework, cast.centre_pupils[0]), "deer": done(homework, cast.pupil.person),
        "stone": done(homework, cast.stone_pupils[0]),
    }  # fmt: skip
    seen = {
        who: {
            name
            for name, row in rows.items()
            if row in policy.submissions(actor, Perm.SUBMISSION_READ)
        }
        for who, actor in cast.actors.items()
    }

    assert seen["teacher"] == {"centre", "deer", "stone"}
    assert (seen["deer_assistant"], seen["stone_assistant"]) == ({"deer"}, {"stone"})
    assert seen["head"] == {"centre", "deer", "stone"}
    assert seen["deer_head"] == seen["pupil"] == seen["guardian"] == {"deer"}
    for who in ("outsider", "researcher", "officer", "director", "timetabler", "sysadmin"):
        assert seen[who] == set()
    over = [who for who, a in cast.actors.items() if policy.responses(a, Perm.RESPONSE_OVERRULE)]
    assert over == ["teacher", "deer_assistant", "stone_assistant"]


def test_remote_pupils_are_known_for_the_term_of_the_course_only(
    cast: World, lesson: Lesson
) -> None:
    # The points lie below the centre in the tree; only the far school is remote to it.
    LessonClass.objects.create(lesson=lesson, school_class=cast.far_class, side="listening")
    homework = give_now(lesson, by=cast.teacher)
    near, far = done(homework, cast.centre_pupils[0]), done(homework, cast.far_pupil)

    def seen() -> tuple[set[Submission], bool]:
        named = policy.classes(cast.teacher, homework, Perm.SUBMISSION_READ)
        rows = policy.submissions(cast.teacher, Perm.SUBMISSION_READ)
        return set(rows), cast.far_class in named

    assert seen() == ({near, far}, True)
    region, today = lesson.course.term.region, cast.teacher.today
    Term.objects.create(region=region, code="2026-2", name="次学期", starts_on=today, weeks=20)
    assert seen() == ({near}, False)


def test_pages_exist_for_those_whose_homework_it_is(
    cast: World, lesson: Lesson, homework: Homework
) -> None:
    draft = make_draft(lesson, by=cast.teacher)
    managers = {"teacher", "deer_assistant", "stone_assistant", "outsider", "head", "deer_head",
                "timetabler", "researcher", "officer"}  # fmt: skip
    readers = managers - {"outsider", "timetabler"}

    assert opened_by(cast, page("homework-list")) == managers
    assert opened_by(cast, page("homework-detail", homework.pk)) == readers
    assert opened_by(cast, page("homework-detail", draft.pk)) == {"teacher"}
    assert opened_by(cast, page("homework-edit", draft.pk)) == {"teacher"}
    assert opened_by(cast, page("homework-new", lesson.pk)) == {"teacher"}
    assert opened_by(cast, page("homework-open", homework.pk)) == readers | {"pupil", "guardian"}
    assert opened_by(cast, page("homework-take", homework.pk)) == {"pupil"}
    assert opened_by(cast, page("my-homework")) == {"pupil"}
    assert opened_by(cast, page("child-homework")) == {"guardian"}
    enter = page("homework-enter", homework.pk, cast.deer_pupils[1].pk)
    assert opened_by(cast, enter) == {"teacher", "deer_assistant"}


def test_nobody_sees_answers_before_the_work_is_handed_in(cast: World, homework: Homework) -> None:
    assert homework.opened_at is not None
    begun = submissions.begin(homework, cast.pupil.person, at=homework.opened_at)
    submissions.save_answers(begun, HALF, at=homework.opened_at)
    address = page("submission-detail", begun.pk)

    assert opened_by(cast, address) == set()
    taking = client_of(cast.pupil).get(page("homework-take", homework.pk)).content.decode()
    assert ANSWER not in taking

    submissions.hand_in(begun, {}, at=homework.opened_at)
    assert client_of(cast.pupil).get(address)["Location"] == page("homework-take", homework.pk)
    pages = [(cast.pupil, page("homework-take", homework.pk)), (cast.guardian, address)]
    for actor, where in pages:
        assert ANSWER in client_of(actor).get(where).content.decode()
    with override(HomeworkProfile, show_answers="due"):
        for actor, where in pages:
            assert ANSWER not in client_of(actor).get(where).content.decode()
        assert ANSWER in client_of(cast.teacher).get(address).content.decode()


def test_bureau_staff_see_classes_and_no_child(cast: World, homework: Homework) -> None:
    done(homework, cast.pupil.person)

    for actor in (cast.officer, cast.researcher):
        shown = client_of(actor).get(page("homework-detail", homework.pk))
        assert shown.context["pupils"] == []
        assert len(shown.context["classes"]) == 3
        assert "安小满" not in shown.content.decode()
        export = client_of(actor).get(page("homework-export", homework.pk))
        assert export.status_code == 404
    own = client_of(cast.deer_assistant).get(page("homework-detail", homework.pk))
    assert {row.school_class for row in own.context["pupils"]} == {cast.deer_class}


def test_a_teacher_sets_homework_from_the_bank(cast: World, lesson: Lesson) -> None:
    items = list(make_draft(lesson, by=cast.teacher).items.values_list("item", flat=True))
    client, new = client_of(cast.teacher), page("homework-new", lesson.pk)
    fields = {"title": "新作业", "minutes": "10", "due_at": "2099-01-01T12:00", "items": items[:2]}

    assert client.get(new).status_code == 200
    empty = client.post(new, fields | {"items": []})
    assert (empty.status_code, "还没有选题" in empty.content.decode()) == (422, True)
    where = client.post(new, fields)["Location"]
    made = Homework.objects.get(title="新作业")
    assert where == page("homework-detail", made.pk)
    client.post(page("homework-edit", made.pk), fields | {"items": items[:3]})
    assert made.items.count() == 3
    client.post(page("homework-give-out", made.pk))
    refused = client.post(page("homework-give-out", made.pk), follow=True).content.decode()
    assert "已经布置" in refused
    client.post(page("homework-close", made.pk))
    made.refresh_from_db()
    assert made.state == "closed"
    assert client_of(cast.outsider).post(page("homework-close", made.pk)).status_code == 404


def test_a_pupil_saves_hands_in_and_sees_the_result(cast: World, homework: Homework) -> None:
    client, take = client_of(cast.pupil), page("homework-take", homework.pk)

    saved = client.post(page("homework-save", homework.pk), form_of({1: ["B"], 2: ["A"]}))
    assert "已保存" in saved.content.decode()
    client.post(page("homework-save", homework.pk), form_of({1: ["B"]}))
    kept = Submission.objects.get().responses.get(homework_item__seq=2)
    assert kept.answer == []
    for _ in range(2):
        answer = client.post(page("homework-hand-in", homework.pk), form_of(RIGHT))
        assert answer["Location"] == take
    assert "得了 <strong>12</strong> 分" in client.get(take).content.decode()
    again = client.post(page("homework-save", homework.pk), form_of(HALF))
    assert again.status_code == 409
    assert Submission.objects.get().points == 12


def test_paper_is_put_in_by_a_teacher_of_the_class(cast: World, homework: Homework) -> None:
    pupil = cast.deer_pupils[1]
    enter = page("homework-enter", homework.pk, pupil.pk)

    assert client_of(cast.stone_assistant).post(enter, form_of(RIGHT)).status_code == 404
    client = client_of(cast.deer_assistant)
    assert client.get(enter).status_code == 200
    client.post(enter, form_of(RIGHT))
    client.post(enter, form_of(HALF))

    one = Submission.objects.get(pupil=pupil)
    assert (one.points, one.entered_by) == (12, cast.deer_assistant.person)


def test_a_mark_is_changed_with_a_reason(cast: World, homework: Homework) -> None:
    one = done(homework, cast.pupil.person)
    response = one.responses.get(homework_item__seq=1)
    overrule = page("overrule", response.pk)
    client = client_of(cast.teacher)

    client.post(overrule, {"points": "nan", "reason": "x"})
    client.post(overrule, {"points": "2", "reason": ""})
    assert client_of(cast.stone_assistant).post(overrule, {"points": "2"}).status_code == 404
    response.refresh_from_db()
    assert response.overruled_points is None
    client.post(overrule, {"points": "2", "reason": "说得对"})
    response.refresh_from_db()
    assert response.overruled_points == 2
    shown = client_of(cast.guardian).get(page("submission-detail", one.pk)).content.decode()
    assert "说得对" in shown
    assert "改判</summary>" not in shown


def test_reading_childrens_work_is_audited_for_staff(cast: World, homework: Homework) -> None:
    one = done(homework, cast.pupil.person)
    why = AuditEntry.objects.filter(action="record.read")

    client_of(cast.guardian).get(page("submission-detail", one.pk))
    client_of(cast.officer).get(page("homework-detail", homework.pk))
    assert not why.exists()
    client_of(cast.head).get(page("submission-detail", one.pk))
    body = client_of(cast.head).get(page("homework-export", homework.pk)).content
    cells = {
        cell
        for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        for cell in row
    }
    assert {"安小满", "已批改", "未开始"} <= cells
    assert {each.detail["why"] for each in why} == {"查看学生作业", "导出学生作业情况"}


def test_each_child_of_a_guardian_has_its_own_line(cast: World, homework: Homework) -> None:
    first, second = cast.deer_pupils[0], cast.deer_pupils[1]
    mother = make_guardian(first, "安守月", relation="母亲")
    from_other = make_guardian(second, "白守云")
    done(homework, second)

    todo = client_of(acting(mother, Role.GUARDIAN)).get(page("child-homework")).context["todo"]
    none = client_of(acting(from_other, Role.GUARDIAN)).get(page("child-homework"))
    assert [one.pupil for one in todo] == [first]
    assert none.context["todo"] == []
    assert none.context["page"].paginator.count == 1


def test_pages_cost_the_same_queries_with_more_rows(cast: World, homework: Homework) -> None:
    seats = iter(range(30, 60))
    teacher, pupil = client_of(cast.teacher), client_of(cast.pupil)

    def more_pupils() -> None:
        seat = next(seats)
        done(homework, make_pupil(cast.deer_class, f"学生{seat}", seat=seat))

    def more_homework() -> None:
        one = give_now(homework.lesson, by=cast.teacher)
        done(one, cast.pupil.person)
        give_now(homework.lesson, by=cast.teacher)

    more_pupils()
    more_homework()
    detail = page("homework-detail", homework.pk)
    assert_queries_flat(lambda: teacher.get(detail), more_pupils)
    assert_queries_flat(lambda: teacher.get(page("homework-list")), more_homework)
    assert_queries_flat(lambda: pupil.get(page("my-homework")), more_homework)
