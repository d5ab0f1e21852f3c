"""Library as a Django application."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Resources for key points."""

    name = "tongke.engines.library"
    label = "library"
    verbose_name = "资源"

    def ready(self) -> None:
        """Answer learning's question for resources."""
        from tongke.engines.learning.providers import register_provider
        from tongke.engines.library.services import offers

        register_provider(offers)
