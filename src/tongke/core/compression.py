"""Pages go out compressed: village schools share thin lines, and not every house has a proxy."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


class PageCompression(GZipMiddleware):
    """Compresses whole texts; files and ranges of files are left as they are."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The response, compressed where that saves something."""
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith(_TEXT):
            return response
        return super().process_response(request, response)
