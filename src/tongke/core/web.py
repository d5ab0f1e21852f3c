"""Helpers for views: partial rendering, paging, file and spreadsheet answers."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from tongke.core.files import path_of
from tongke.core.models import StoredFile

PER_PAGE = 50
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
# One ranged answer carries at most this much; players simply ask on.
_RANGE_MOST = 4 * 1024 * 1024
_SHOWN_INLINE = ("image/", "video/", "audio/", "application/pdf")


def render_part(
    request: HttpRequest, page: str, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the named partial for htmx, or else the whole page: one URL, one context."""
    htmx = request.headers.get("HX-Request") == "true"
    response = render(request, f"{page}#{part}" if htmx else page, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | list[Any], per: int = PER_PAGE
) -> "Page[Any]":
    """The page of `rows` that the address asks for; a nonsense number gives the nearest page."""
    return Paginator(rows, per).get_page(request.GET.get("page"))


def page_of_keys(
    request: HttpRequest,
    rows: QuerySet[Any],
    show: Callable[[list[Any]], QuerySet[Any]],
    *,
    count: int,
    per: int = PER_PAGE,
) -> "Page[Any]":
    """As `page_of`, for long tables: late pages cost little, and nothing is counted twice.

    Args:
        rows: which rows, in order; only their keys are walked, an index is enough for that.
        show: the rows of these keys, in the same order, with all that the page shows.
        count: how many `rows` there are.
    """
    paginator = Paginator(rows, per)
    paginator.count = count
    page = paginator.get_page(request.GET.get("page"))
    keys: QuerySet[Any] = page.object_list  # type: ignore[assignment]
    page.object_list = list(show(list(keys.values_list("pk", flat=True))))
    return page


def attachment(body: bytes, name: str, content_type: str) -> HttpResponse:
    """A download with a Chinese file name."""
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def excel_response(body: bytes, name: str) -> HttpResponse:
    """A workbook as a download; `name` without its ending."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return attachment(body, f"{name}.xlsx", kind)


def csv_response(body: bytes, name: str) -> HttpResponse:
    """A .csv as a download; `name` without its ending."""
    return attachment(body, f"{name}.csv", "text/csv; charset=utf-8")


def serve_file(
    request: HttpRequest, stored: StoredFile, *, download: bool = False, name: str = ""
) -> HttpResponseBase:
    """The bytes of a stored file, whole or the range asked for. Check the right to it first."""
    path, etag = path_of(stored), f'"{stored.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    found = _RANGE.match(request.headers.get("Range", ""))
    response: HttpResponseBase
    if found and stored.size:
        response = _ranged(path, stored, found.group(1), found.group(2))
    else:
        response = FileResponse(path.open("rb"), content_type=stored.mime)
        response["Content-Length"] = str(stored.size)
    inline = not download and stored.mime.startswith(_SHOWN_INLINE)
    disposition = "inline" if inline else "attachment"
    shown = quote(name or stored.name)
    response["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{shown}"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Last-Modified"] = http_date(stored.created_at.timestamp())
    response["Cache-Control"] = "private, max-age=86400"
    return response


def _ranged(path: Any, stored: StoredFile, first: str, last: str) -> HttpResponse:
    if first:
        start = int(first)
        end = min(int(last) if last else stored.size - 1, stored.size - 1)
    else:
        start, end = max(0, stored.size - int(last or 0)), stored.size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
    end = min(end, start + _RANGE_MOST - 1)
    with path.open("rb") as file:
        file.seek(start)
        body = file.read(end - start + 1)
    response = HttpResponse(body, status=206, content_type=stored.mime)
    response["Content-Range"] = f"bytes {start}-{end}/{stored.size}"
    return response
