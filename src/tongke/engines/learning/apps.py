"""Learning as a Django application."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """Learning records and mastery."""

    name = "tongke.engines.learning"
    label = "learning"
    verbose_name = "学情"

    def ready(self) -> None:
        """Load the jobs and the kinds of messages."""
        from tongke.engines.learning import services  # noqa: F401
