"""Timetable as a Django application."""

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    """Terms, gaps, courses, lessons."""

    name = "tongke.teaching.timetable"
    label = "timetable"
    verbose_name = "课表"

    def ready(self) -> None:
        """Load the jobs, the kinds of messages, and the section on a consortium's page."""
        from tongke.engines.communities.web import register_panel  # noqa: PLC0415
        from tongke.teaching.timetable import panels, tasks  # noqa: F401, PLC0415
        from tongke.teaching.timetable.services import notices, planning  # noqa: F401, PLC0415

        from tongke.engines.learning.scopes import register_scope  # noqa: PLC0415
        from tongke.teaching.timetable.scopes import learning_scopes  # noqa: PLC0415

        register_panel(panels.courses_of)
        register_scope(learning_scopes)
