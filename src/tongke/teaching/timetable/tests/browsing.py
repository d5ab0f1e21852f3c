"""Helpers of page tests: addresses, texts, workbooks."""

import io

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook


def url(name: str, *args: object) -> str:
    """The address of a page of the timetable."""
    return reverse(f"timetable:{name}", args=args)


def page(client: Client, name: str, *args: object, **query: object) -> str:
    """The text of a page that must be there."""
    response = client.get(url(name, *args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def cells(response: HttpResponse) -> list[tuple[object, ...]]:
    """The rows of a workbook, heading first."""
    book = load_workbook(io.BytesIO(response.content))
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]
