"""Classroom as a Django application."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    """Live sessions and their protocol."""

    name = "tongke.teaching.classroom"
    label = "classroom"
    verbose_name = "课堂"

    def ready(self) -> None:
        """Make the jobs known and give lessons their panel."""
        from tongke.teaching.classroom import panel, tasks  # noqa: F401 - after models

        panel.register()
