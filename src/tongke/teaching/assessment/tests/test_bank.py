"""The item bank: writing, marking, retiring, and who sees and changes which item."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.curriculum.tests.make import BEAT, make_book, make_catalogue, point
from tongke.foundation.people.tests.make import NOON, World
from tongke.teaching.assessment import policy, queries, services
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.policy import Perm
from tongke.teaching.assessment.tests.make import (
    EVERY_KIND,
    MULTIPLE,
    NUMBER,
    SINGLE,
    content,
    make_item,
    make_items,
)
from tongke.teaching.homework.models import Homework
from tongke.teaching.homework.tests.make import give, make_lesson
from tongke.teaching.timetable.models import Course, Lesson

ITEMS = {
    str(each.get("kind", "single")): Item(
        kind=each.get("kind", "single"), options=list(each["options"]), answer=list(each["answer"])
    )
    for each in EVERY_KIND
}


@pytest.fixture
def melisma(cast: World) -> KeyPoint:
    make_catalogue()
    make_book()
    return point()


@pytest.mark.parametrize(
    ("kind", "answer", "points", "correct"),
    [
        ("single", ["B"], 4, True),
        ("single", ["A"], 0, False),
        ("single", [], 0, None),
        ("multiple", ["C", "A"], 4, True),
        ("multiple", ["A"], 2, False),
        ("multiple", ["A", "B", "C"], 0, False),
        ("true_false", ["对"], 4, True),
        ("true_false", ["错"], 0, False),
        ("number", ["2.0"], 4, True),
        ("number", ["两拍"], 0, None),
        ("blank", [" 拖腔 "], 4, True),
        ("blank", ["颤音"], 0, False),
    ],
)
def test_an_answer_is_marked_by_its_item(
    kind: str, answer: list[str], points: float, correct: bool | None
) -> None:
    found = services.mark_item(ITEMS[kind], answer, 4, partial="half")

    assert (found.points, found.correct) == (points, correct)
    assert found.reason.endswith("。")


@given(
    kind=st.sampled_from(sorted(ITEMS)),
    answer=st.lists(st.text(max_size=30), max_size=12),
    points=st.integers(1, 20),
    partial=st.sampled_from(["none", "half", "share"]),
)
def test_whatever_a_pupil_sends_is_marked_within_the_points(
    kind: str, answer: list[str], points: int, partial: str
) -> None:
    found = services.mark_item(ITEMS[kind], answer, points, partial=partial)

    assert 0 <= found.points <= points
    assert (found.points == points) == (found.correct is True)


@pytest.mark.django_db
def test_items_of_every_kind_are_kept_ready(cast: World, melisma: KeyPoint) -> None:
    made = make_items(melisma, cast.teacher)

    assert [(one.kind, one.state) for one in made] == [
        (str(each.get("kind", "single")), "ready") for each in EVERY_KIND
    ]
    assert len({one.code for one in made}) == 5
    assert all(one.code.startswith("MU5A-2-1-") for one in made)
    assert AuditEntry.objects.filter(action="assessment.item.added").count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"options": ("只有一个",)}, "至少要有两个选项"),
        ({"options": ("甲", "甲")}, "有两个选项一样"),
        ({"answer": ("D",)}, "A到C"),
        ({"answer": ()}, "还没有写答案"),
        ({**NUMBER, "answer": ("许多",)}, "答案不是一个数"),
        ({"kind": "true_false", "answer": ("也许",)}, "写“对”或“错”"),
        ({"kind": "essay"}, "没有“essay”这种题型"),
    ],
)
def test_an_item_that_cannot_be_marked_is_refused(
    cast: World, melisma: KeyPoint, over: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        make_item(melisma, cast.teacher, **over)
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_only_choices_keep_options(cast: World, melisma: KeyPoint) -> None:
    made = make_item(melisma, cast.teacher, **(NUMBER | {"options": ("1", "2")}))

    assert made.options == []


@pytest.mark.django_db
def test_an_unused_item_changes_and_a_used_one_is_replaced(cast: World, melisma: KeyPoint) -> None:
    item = make_item(melisma, cast.teacher)
    changed = services.revise_item(
        item, content(melisma, stem="改过的题干"), by=cast.teacher, at=NOON
    )
    assert (changed.pk, changed.stem) == (item.pk, "改过的题干")

    _use(item, cast)
    fresh = services.revise_item(item, content(melisma, stem="新题"), by=cast.teacher, at=NOON)
    again = services.revise_item(item, content(melisma, stem="再新"), by=cast.teacher, at=NOON)

    item.refresh_from_db()
    assert (item.state, item.stem) == ("retired", "改过的题干")
    assert {fresh.state, again.state} == {"ready"}
    assert len({item.pk, fresh.pk, again.pk}) == 3
    with pytest.raises(Refused, match="已经停用"):
        services.retire(item, by=cast.teacher, at=NOON)


def _use(item: Item, cast: World) -> None:
    """Pupils were given the item; homework registers this question with the bank."""
    give(make_lesson(cast), [item], by=cast.teacher)
    assert services.is_used(item)
    assert Homework.objects.get().state == "open"


@pytest.mark.django_db
def test_the_bank_is_for_teachers_and_researchers(cast: World, melisma: KeyPoint) -> None:
    own = make_item(melisma, cast.teacher)
    other = make_item(melisma, cast.outsider, **MULTIPLE)
    Item.objects.filter(pk=own.pk).update(state="draft")

    def seen(perm: Perm) -> dict[str, set[Item]]:
        return {key: set(policy.items(one, perm)) for key, one in cast.actors.items()}

    reading, editing = seen(Perm.ITEM_READ), seen(Perm.ITEM_EDIT)
    assert reading["teacher"] == reading["researcher"] == editing["researcher"] == {own, other}
    assert reading["outsider"] == reading["deer_assistant"] == editing["outsider"] == {other}
    assert editing["teacher"] == {own}
    for key in ("pupil", "guardian", "head", "timetabler", "officer", "director", "sysadmin"):
        assert reading[key] == editing[key] == set()
        assert not policy.may_write(cast.actors[key])


@pytest.mark.django_db
def test_a_lesson_offers_its_unit_else_its_volume_else_its_grade(
    cast: World, melisma: KeyPoint
) -> None:
    beat = point(BEAT.code)
    late = make_item(melisma, cast.teacher)
    early = make_item(beat, cast.teacher, **MULTIPLE)
    retired = make_item(beat, cast.teacher, **NUMBER)
    services.retire(retired, by=cast.teacher, at=NOON)
    course = Course(textbook=melisma.unit.textbook, subject_id="SB0602", grade_id="15")

    unit = queries.for_lesson(Lesson(course=course, unit=melisma.unit))
    volume = queries.for_lesson(Lesson(course=course))
    course.textbook = None
    grade = queries.for_lesson(Lesson(course=course))

    assert [group.items for group in unit.groups] == [[late]]
    assert [group.key_point for group in volume.groups] == [beat, melisma]
    assert set(grade.items) == {early, late}
    course.grade_id = "14"
    assert queries.for_lesson(Lesson(course=course)).groups == []


@pytest.mark.django_db
def test_the_bank_is_searched(cast: World, melisma: KeyPoint) -> None:
    make_items(melisma, cast.teacher)
    rows = Item.objects.all()

    def count(**wanted: str) -> int:
        return queries.search(rows, **wanted).count()

    assert count(q=str(SINGLE["stem"])[:4]) == 1
    assert count(q="一字多音") == 5
    assert (count(subject="SB0602"), count(subject="SB0201")) == (5, 0)
    assert (count(grade="15"), count(grade="14")) == (5, 0)
    assert (count(kind="number"), count(state="retired")) == (1, 0)
