"""The demo region as a Django application: its sign-in names for the sign-in page of a demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Offers the logins of the cast; only a demo shows them."""

    name = "demo"
    label = "demo"

    def ready(self) -> None:
        """Name them."""
        from demo.cast import LOGINS, PASSWORD
        from tongke.foundation.people.web import (
            DemoHint,
            DemoLogin,
            offer_demo_logins,
        )

        logins = tuple(
            DemoLogin(each.login, f"{each.role} {each.name}", each.note) for each in LOGINS
        )
        offer_demo_logins(DemoHint(logins, PASSWORD))
