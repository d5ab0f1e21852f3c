"""What the page shell shows: set by the portal package."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The shell of the signed-in person; an empty one for guests."""
    return {}
