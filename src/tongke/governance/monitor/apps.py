"""Monitor as a Django application."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """Indicators and their rows."""

    name = "tongke.governance.monitor"
    label = "monitor"
    verbose_name = "监测"
