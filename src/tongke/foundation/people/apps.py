"""People as a Django application."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Organisations, persons, roles and accounts."""

    name = "tongke.foundation.people"
    label = "people"
    verbose_name = "人员与机构"
