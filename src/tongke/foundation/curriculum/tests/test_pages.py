"""The pages of the curriculum: for whom they are, what they show, what they cost."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.spreadsheets import export_xlsx
from tongke.foundation.curriculum import queries
from tongke.foundation.curriculum.imports import POINT_SHEET, point_lines
from tongke.foundation.curriculum.models import Textbook
from tongke.foundation.curriculum.tests.make import (
    STAFF_OF_CAST,
    make_another_book,
    make_book,
    make_catalogue,
    opened_by,
)
from tongke.foundation.people.tests.make import MUSIC, World
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]


def test_reading_is_for_all_staff_and_for_no_family(cast: World) -> None:
    make_catalogue()
    book = make_book()
    unit = book.units.get(seq=1)
    pages = [
        reverse("curriculum:textbook-list"),
        reverse("curriculum:plan"),
        reverse("curriculum:textbook-detail", args=[book.pk]),
        reverse("curriculum:textbook-export", args=[book.pk]),
        reverse("curriculum:unit-detail", args=[unit.pk]),
    ]

    assert [opened_by(cast, page) for page in pages] == [STAFF_OF_CAST] * len(pages)
    assert opened_by(cast, reverse("curriculum:textbook-detail", args=[book.pk + 9])) == set()
    import_page = reverse("curriculum:curriculum-textbook-import")
    assert opened_by(cast, import_page) == {"researcher", "sysadmin", "stranger"}


def test_the_list_is_filtered_by_subject_and_grade(cast: World) -> None:
    make_catalogue()
    make_book()
    make_another_book("MA5A")
    Textbook.objects.filter(code="MA5A").update(subject="SB0201")
    client, address = client_of(cast.teacher), reverse("curriculum:textbook-list")

    own = client.get(address).context["page"].object_list
    everything = client.get(address, {"subject": ""}).context["page"].object_list
    none = client.get(address, {"subject": MUSIC, "grade": "11"}).content.decode()

    assert [one.code for one in own] == ["MU5A"]
    assert {one.code for one in everything} == {"MU5A", "MA5A"}
    assert [(one.unit_count, one.point_count) for one in own] == [(2, 3)]
    assert "没有符合的教材" in none


def test_a_unit_shows_its_graph_with_what_leads_into_it(cast: World) -> None:
    make_catalogue()
    book = make_book()
    unit = book.units.get(seq=2)

    graph = queries.graph(unit)
    body = client_of(cast.teacher).get(reverse("curriculum:unit-detail", args=[unit.pk]))

    inside, outside = graph["nodes"]
    assert (inside["label"], inside["state"]) == ("一字多音", "primary")
    assert (outside["label"], outside["state"], outside["note"]) == (
        "切分节奏",
        "muted",
        "童年的歌",
    )
    assert graph["edges"] == [{"from": outside["id"], "to": inside["id"]}]
    assert "切分节奏" in body.content.decode()


def test_the_plan_says_what_is_not_confirmed(cast: World) -> None:
    make_catalogue()
    grades, table = queries.required_plan()
    music = next(cells for subject, cells in table if subject.pk == MUSIC)

    assert [grade.code for grade in grades][:2] == ["11", "12"]
    assert any(cell and cell.least >= 1 for cell in music)
    page = client_of(cast.teacher).get(reverse("curriculum:plan")).content.decode()
    assert "未经核实" in page


def test_a_volume_is_exported_and_imported_by_its_pages(cast: World) -> None:
    make_catalogue()
    book = make_book()
    client = client_of(cast.researcher)

    answer = client.get(reverse("curriculum:textbook-export", args=[book.pk]))
    cells = list(
        load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    )
    assert "MU5A-2-1" in {cell for row in cells for cell in row}

    rows = [row | {"title": f"{row['title']}改"} for row in point_lines(book)]
    file = SimpleUploadedFile("教材.xlsx", export_xlsx(POINT_SHEET, rows))
    sent = client.post(reverse("curriculum:curriculum-textbook-import"), {"file": file})
    run = sent["Location"].rstrip("/").rsplit("/", 1)[1]
    client.post(reverse("curriculum:curriculum-textbook-import-commit", args=[run]))
    assert book.units.get(seq=2).key_points.get().title == "一字多音改"


def test_pages_cost_the_same_with_more_rows(cast: World) -> None:
    make_catalogue()
    book = make_book()
    client = client_of(cast.teacher)
    codes = iter(f"MU{number}" for number in range(100, 120))

    def grow() -> None:
        make_another_book(next(codes))

    assert_queries_flat(lambda: client.get(reverse("curriculum:textbook-list")), grow)
    unit = reverse("curriculum:unit-detail", args=[book.units.get(seq=2).pk])
    assert_queries_flat(lambda: client.get(unit), grow)
