"""What goes out compressed, and what never does."""

import gzip
import io

from django.http import FileResponse, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from tongke.core.compression import PageCompression
from tongke.core.web import excel_response

TEXT = "同一节课，山里的教室和城里的一样上。" * 100


def sent(response: HttpResponseBase, accepted: str = "gzip, deflate") -> HttpResponseBase:
    """The response as it leaves for a browser that takes these encodings."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    answer = PageCompression(lambda _: response)(request)
    assert isinstance(answer, HttpResponseBase)
    return answer


def test_texts_are_compressed() -> None:
    answer = sent(HttpResponse(TEXT))

    assert answer["Content-Encoding"] == "gzip"
    assert isinstance(answer, HttpResponse)
    assert gzip.decompress(answer.content).decode() == TEXT
    assert len(answer.content) < len(TEXT.encode()) / 5
    assert answer["Vary"] == "Accept-Encoding"
    assert sent(JsonResponse({"text": TEXT}))["Content-Encoding"] == "gzip"


def test_a_browser_that_cannot_unpack_gets_plain_text() -> None:
    assert "Content-Encoding" not in sent(HttpResponse(TEXT), accepted="").headers


def test_files_are_left_alone() -> None:
    lesson = FileResponse(io.BytesIO(TEXT.encode()), content_type="text/plain")
    for answer in (lesson, excel_response(TEXT.encode(), "名册")):
        assert "Content-Encoding" not in sent(answer).headers
