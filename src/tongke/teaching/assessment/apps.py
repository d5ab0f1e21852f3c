"""Assessment as a Django application."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """The item bank."""

    name = "tongke.teaching.assessment"
    label = "assessment"
    verbose_name = "测评"
