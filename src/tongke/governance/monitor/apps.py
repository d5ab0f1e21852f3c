"""Monitor as a Django application."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """Indicators and their rows."""

    name = "tongke.governance.monitor"
    label = "monitor"
    verbose_name = "监测"

    def ready(self) -> None:
        """Load the jobs: the worker loads no addresses, and would not know them otherwise."""
        from tongke.governance.monitor import services  # noqa: F401
