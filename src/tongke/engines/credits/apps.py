"""Credits as a Django application."""

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """The one ledger."""

    name = "tongke.engines.credits"
    label = "credits"
    verbose_name = "台账"
