"""The demo region as a Django application (it brings one command)."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Brings `manage demo`."""

    name = "demo"
    label = "demo"
