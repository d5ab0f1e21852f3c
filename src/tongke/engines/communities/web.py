"""What other packages may add to the pages of a community."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from tongke.engines.communities.models import Community

Panel = Callable[[HttpRequest, Community], SafeString | None]

_PANELS: list[Panel] = []


def register_panel(panel: Panel) -> Panel:
    """Let an upper package add a section to a community's page (called in `AppConfig.ready`).

    The callable gets the request and the community and returns rendered HTML, or None when it
    has nothing for this reader.
    """
    if panel not in _PANELS:
        _PANELS.append(panel)
    return panel


def panels(request: HttpRequest, community: Community) -> list[SafeString]:
    """The rendered sections of all packages, in the order of registration."""
    made = (panel(request, community) for panel in _PANELS)
    return [each for each in made if each]
