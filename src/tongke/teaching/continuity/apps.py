"""Continuity as a Django application."""

from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    """Learning goes on: emergencies, absent pupils, pupils taught at home."""

    name = "tongke.teaching.continuity"
    label = "continuity"
    verbose_name = "应急与缺课学习"

    def ready(self) -> None:
        """Load the settings and jobs, and answer the bank's question."""
        from tongke.teaching.assessment.services import register_use
        from tongke.teaching.continuity import profile  # noqa: F401 - settings register
        from tongke.teaching.continuity.queries.learners import was_practised
        from tongke.teaching.continuity.services import (  # noqa: F401 - jobs and kinds register
            homes,
            leaves,
            preparing,
        )

        register_use(was_practised)
