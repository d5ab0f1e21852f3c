"""The pages of the bank."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.spreadsheets import export_xlsx
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.curriculum.tests.make import make_book, make_catalogue, opened_by, point
from tongke.foundation.people.tests.make import World
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of
from tongke.teaching.assessment.imports import ITEM_SHEET
from tongke.teaching.assessment.models import Item
from tongke.teaching.assessment.tests.make import MULTIPLE, NUMBER, make_item
from tongke.teaching.assessment.tests.test_imports import new_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
WRITERS = {"teacher", "deer_assistant", "stone_assistant", "researcher", "outsider"}


@pytest.fixture
def melisma(cast: World) -> KeyPoint:
    make_catalogue()
    make_book()
    return point()


def fields(melisma: KeyPoint, **over: object) -> dict[str, object]:
    return {
        "key_point": melisma.pk, "kind": "multiple", "stem": "哪些？", "options": "甲\n乙\n\n丙",
        "answer": "a c", "points": 4, "difficulty": 2, "explanation": "",
    } | over  # fmt: skip


def test_the_bank_exists_for_those_who_write_items(cast: World, melisma: KeyPoint) -> None:
    item = make_item(melisma, cast.teacher)

    assert opened_by(cast, reverse("assessment:item-list")) == WRITERS
    assert opened_by(cast, reverse("assessment:item-detail", args=[item.pk])) == WRITERS
    edit = reverse("assessment:item-edit", args=[item.pk])
    assert opened_by(cast, edit) == {"teacher", "researcher"}
    for name in ("item-new", "item-export", "assessment-item-import"):
        assert client_of(cast.officer).get(reverse(f"assessment:{name}")).status_code == 404
        assert client_of(cast.teacher).get(reverse(f"assessment:{name}")).status_code == 200


def test_the_list_starts_with_ones_own_subject(cast: World, melisma: KeyPoint) -> None:
    make_item(melisma, cast.teacher)
    address = reverse("assessment:item-list")

    def count(who: str, **query: str) -> int:
        page = client_of(cast.actors[who]).get(address, query).context["page"]
        return int(page.paginator.count)

    assert (count("teacher"), count("stone_assistant")) == (1, 0)
    assert count("stone_assistant", subject="") == 1
    assert count("teacher", q="没有这道题") == 0


def test_an_item_is_written_changed_and_retired(cast: World, melisma: KeyPoint) -> None:
    client = client_of(cast.teacher)
    new = reverse("assessment:item-new")

    assert client.get(new).status_code == 200
    bad = client.post(new, fields(melisma, answer="E"))
    assert bad.status_code == 422
    assert "A到C" in bad.content.decode()
    client.post(new, fields(melisma))
    item = Item.objects.get()
    assert (item.options, item.answer, item.author) == (
        ["甲", "乙", "丙"], ["A", "C"], cast.teacher.person,
    )  # fmt: skip

    edit = reverse("assessment:item-edit", args=[item.pk])
    assert "甲\n乙\n丙" in client.get(edit).content.decode()
    client.post(edit, fields(melisma, kind="blank", answer="拖腔| 一字多音"))
    item.refresh_from_db()
    assert (item.options, item.answer) == ([], ["拖腔", "一字多音"])
    retire = reverse("assessment:item-retire", args=[item.pk])
    assert client_of(cast.outsider).post(retire).status_code == 404
    client.post(retire)
    again = client.post(retire, follow=True).content.decode()
    assert "已经停用" in again
    item.refresh_from_db()
    assert item.state == "retired"


def test_the_bank_is_exported_and_imported_by_its_pages(cast: World, melisma: KeyPoint) -> None:
    make_item(melisma, cast.teacher, **MULTIPLE)
    client = client_of(cast.teacher)

    body = client.get(reverse("assessment:item-export")).content
    cells = {
        cell
        for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        for cell in row
    }
    assert {"AC", "甲|乙|丙|丁", "多选题"} <= cells

    file = SimpleUploadedFile("题.xlsx", export_xlsx(ITEM_SHEET, [new_row()]))
    sent = client.post(reverse("assessment:assessment-item-import"), {"file": file})
    run = sent["Location"].rstrip("/").rsplit("/", 1)[1]
    client.post(reverse("assessment:assessment-item-import-commit", args=[run]))
    assert Item.objects.get(code="Q1").author == cast.teacher.person


def test_pages_cost_the_same_queries_with_more_rows(cast: World, melisma: KeyPoint) -> None:
    client = client_of(cast.teacher)

    def grow() -> None:
        make_item(melisma, cast.teacher, **NUMBER)

    grow()
    detail = reverse("assessment:item-detail", args=[Item.objects.get().pk])
    for page in (reverse("assessment:item-list"), detail, reverse("assessment:item-new")):
        assert_queries_flat(lambda page=page: client.get(page), grow)
