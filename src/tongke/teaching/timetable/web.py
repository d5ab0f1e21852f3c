"""What other packages may add to a lesson's page: the hub where all of it meets."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from tongke.teaching.timetable.models import Lesson

Panel = Callable[[HttpRequest, Lesson], SafeString | None]

_PANELS: list[tuple[int, Panel]] = []


def register_panel(panel: Panel, *, order: int = 50) -> Panel:
    """Let an upper package add a section to a lesson's page (called in `AppConfig.ready`).

    The callable gets the request (its `actor` may see the lesson) and the lesson, and returns
    rendered HTML, or None when it has nothing for this reader.

    Args:
        order: sections are shown by rising order: live room 10, homework 30, diagnosis 50 …
    """
    if all(known is not panel for _, known in _PANELS):
        _PANELS.append((order, panel))
        _PANELS.sort(key=lambda each: each[0])
    return panel


def panels(request: HttpRequest, lesson: Lesson) -> list[SafeString]:
    """The rendered sections of all packages, in order."""
    made = (panel(request, lesson) for _, panel in _PANELS)
    return [each for each in made if each]
