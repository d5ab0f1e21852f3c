"""Electives as a Django application."""

from django.apps import AppConfig


class ElectivesConfig(AppConfig):
    """Course choice across schools: offers, choices, allocation, sections, results (课联网)."""

    name = "tongke.teaching.electives"
    label = "electives"
    verbose_name = "选课"

    def ready(self) -> None:
        """Load the settings, jobs and kinds of messages."""
        from tongke.teaching.electives import profile  # noqa: F401 - settings register
        from tongke.teaching.electives.services import (  # noqa: F401 - jobs and kinds register
            notices,
            opening,
            rounds,
            sectioning,
        )
