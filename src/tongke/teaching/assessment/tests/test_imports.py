"""Items as spreadsheets: round trip, dry run, refusals, undo, and the property that they agree."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tongke.core.errors import Refused
from tongke.core.models import ImportRun
from tongke.core.spreadsheets import export_xlsx, read, runs
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.curriculum.tests.make import make_book, make_catalogue, point
from tongke.foundation.people.tests.make import NOON, World
from tongke.teaching.assessment import services
from tongke.teaching.assessment.imports import ITEM_SHEET, ItemImporter, as_line
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.tests.make import content, make_items

pytestmark = pytest.mark.django_db


@pytest.fixture
def melisma(cast: World) -> KeyPoint:
    make_catalogue()
    make_book()
    return point()


def new_row(**over: Any) -> dict[str, Any]:
    row = {
        "code": "Q1", "key_point": "MU5A-2-1", "kind": "single", "stem": "几个音？",
        "options": "1|2|3", "answer": "B", "points": 2, "difficulty": 3, "explanation": "",
    }  # fmt: skip
    return row | over


def dry(rows: list[dict[str, Any]], by: Any) -> ImportRun:
    data = export_xlsx(ITEM_SHEET, rows)
    return runs.dry_run(ItemImporter(), data, "试题.xlsx", by=by, at=NOON)


def commit(rows: list[dict[str, Any]], by: Any) -> ImportRun:
    return runs.commit(dry(rows, by), ItemImporter(), by=by, at=NOON)


def facts(item: Item) -> tuple[Any, ...]:
    return (item.kind, item.stem, item.options, item.answer, item.points, item.difficulty,
            item.explanation, item.key_point_id)  # fmt: skip


def test_the_bank_goes_out_and_comes_back(cast: World, melisma: KeyPoint) -> None:
    items = make_items(melisma, cast.teacher)
    barred = content(melisma, stem="-3 的绝对值写作", options=("|3|", "|-3|"), answer=("B",))
    items.append(services.add_item(barred, by=cast.teacher, at=NOON))
    rows = [as_line(item) for item in items]

    same = dry(rows, cast.teacher)
    before = [facts(item) for item in items]
    Item.objects.all().delete()
    commit(rows, cast.researcher)

    assert same.report["counts"]["same"] == 6
    assert [facts(item) for item in Item.objects.order_by("pk")] == before
    assert set(Item.objects.values_list("author", flat=True)) == {cast.researcher.person.pk}


def test_a_dry_run_writes_nothing_and_good_rows_may_go_without_bad_ones(
    cast: World, melisma: KeyPoint
) -> None:
    rows = [new_row(), new_row(code="Q2", options="1"), new_row(code="Q3", answer="a")]

    run = dry(rows, cast.teacher)
    assert (run.report["counts"]["add"], run.report["counts"]["refuse"]) == (2, 1)
    assert not Item.objects.exists()
    runs.commit(run, ItemImporter(), by=cast.teacher, at=NOON)

    assert set(Item.objects.values_list("code", flat=True)) == {"Q1", "Q3"}
    assert Item.objects.get(code="Q3").answer == ["A"]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"key_point": "没有"}, "知识点代码"),
        ({"key_point": "MU9-1"}, "没有代码为“MU9-1”的知识点"),
        ({"kind": "作文"}, "题型"),
        ({"stem": ""}, "题干"),
        ({"answer": "E"}, "A到C"),
        ({"points": 0}, "不能小于 1"),
        ({"difficulty": 6}, "不能大于 5"),
        ({"kind": "number", "answer": "许多"}, "答案不是一个数"),
        ({"code": ""}, "题目代码"),
    ],
)
def test_wrong_rows_are_named(
    cast: World, melisma: KeyPoint, over: dict[str, Any], words: str
) -> None:
    run = dry([new_row(**over)], cast.teacher)

    assert words in "".join(each["message"] for each in runs.report_rows(run))
    with pytest.raises(Refused):
        runs.commit(run, ItemImporter(), by=cast.teacher, at=NOON)
    assert not Item.objects.exists()


def test_an_import_is_taken_back(cast: World, melisma: KeyPoint) -> None:
    kept = make_items(melisma, cast.teacher)
    run = commit([new_row(), new_row(code="Q2")], cast.teacher)
    assert Item.objects.count() == len(kept) + 2

    runs.undo(run, by=cast.teacher, at=NOON)

    assert Item.objects.count() == len(kept)


# Cells keep no invisible or control characters, and half-width digits and letters only.
_TEXT = st.text(
    st.sampled_from("好一朵茉莉花abcXYZ0189 ，。？-=+@|/（）.'\"<>&%"), min_size=1, max_size=20
)


def _kept(text: str) -> bool:
    return text == text.strip() and bool(text)


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    stem=_TEXT,
    options=st.lists(_TEXT, min_size=2, max_size=5, unique=True),
    right=st.integers(0, 4),
    explanation=st.one_of(st.just(""), _TEXT),
)
def test_any_choice_survives_the_round_trip(
    cast: World, stem: str, options: list[str], right: int, explanation: str
) -> None:
    assume(all(_kept(text) for text in (stem, *options)))
    assume(not explanation or _kept(explanation))
    letter = chr(ord("A") + right % len(options))
    item = Item(
        code="Q1", kind="single", stem=stem, options=options, answer=[letter],
        key_point=KeyPoint(code="P1"), points=2, difficulty=3, explanation=explanation,
    )  # fmt: skip

    (row,) = read(export_xlsx(ITEM_SHEET, [as_line(item)]), "题.xlsx", ITEM_SHEET).rows
    assert not row.errors
    again = _parsed(dict(row.values))

    assert again == (stem, tuple(options), (letter,), explanation)


def _parsed(values: dict[str, Any]) -> tuple[Any, ...]:
    from tongke.teaching.assessment.imports import _parts

    return (values["stem"], _parts(values["options"]), _parts(values["answer"]),
            values["explanation"] or "")  # fmt: skip
