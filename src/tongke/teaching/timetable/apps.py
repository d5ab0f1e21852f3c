"""Timetable as a Django application."""

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    """Terms, gaps, courses, lessons."""

    name = "tongke.teaching.timetable"
    label = "timetable"
    verbose_name = "课表"

    def ready(self) -> None:
        """Load jobs and kinds of messages; tell packages below what only we know."""
        from tongke.engines.communities.web import register_panel
        from tongke.engines.learning.scopes import register_scope
        from tongke.teaching.timetable import panels, tasks  # noqa: F401 - jobs register
        from tongke.teaching.timetable.scopes import learning_scopes
        from tongke.teaching.timetable.services import notices, planning  # noqa: F401 - likewise
        from tongke.teaching.timetable.services.plans import computing, publishing  # noqa: F401

        register_panel(panels.courses_of)
        register_scope(learning_scopes)
