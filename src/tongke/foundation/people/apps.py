"""People as a Django application."""

from datetime import date
from typing import Any

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Organisations, persons, roles and accounts."""

    name = "tongke.foundation.people"
    label = "people"
    verbose_name = "人员与机构"

    def ready(self) -> None:
        """Load the jobs; let long imports go on in the worker, in the role that began them."""
        from tongke.core.spreadsheets.tasks import register_actor_loader
        from tongke.foundation.people.services import consents  # noqa: F401 - registers on import

        register_actor_loader(_same_role)


def _same_role(account: Any, appointment: int, day: date) -> Any:
    from tongke.foundation.people.actors import actor_for

    if account is None or not account.is_active:
        return None
    actor = actor_for(account, day, appointment)
    return actor if actor and actor.appointment_id == appointment else None
