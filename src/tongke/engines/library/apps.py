"""Library as a Django application."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Resources for key points."""

    name = "tongke.engines.library"
    label = "library"
    verbose_name = "资源"
