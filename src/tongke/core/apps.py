"""Core as a Django application."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers nothing by itself; the worker and the commands read the registries of core."""

    name = "tongke.core"
    label = "core"
    verbose_name = "核心"

    def ready(self) -> None:
        """Load the schedule of core's own jobs and the start-up checks."""
        from tongke.core import checks, housekeeping  # noqa: F401 - registers on import
        from tongke.core.spreadsheets import tasks  # noqa: F401 - registers on import
