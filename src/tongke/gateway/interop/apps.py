"""Interop as a Django application."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """Adapters to other systems."""

    name = "tongke.gateway.interop"
    label = "interop"
    verbose_name = "互联"
