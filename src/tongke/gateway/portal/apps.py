"""Portal as a Django application."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home pages, navigation, search."""

    name = "tongke.gateway.portal"
    label = "portal"
    verbose_name = "门户"
