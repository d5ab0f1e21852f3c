"""Campus as a Django application."""

from django.apps import AppConfig


class CampusConfig(AppConfig):
    """Rooms and what stands in them."""

    name = "tongke.foundation.campus"
    label = "campus"
    verbose_name = "校园"
