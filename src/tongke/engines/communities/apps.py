"""Communities as a Django application."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    """Consortia and other communities of schools."""

    name = "tongke.engines.communities"
    label = "communities"
    verbose_name = "共同体"
