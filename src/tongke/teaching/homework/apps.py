"""Homework as a Django application."""

from django.apps import AppConfig


class HomeworkConfig(AppConfig):
    """Homework from setting to marking."""

    name = "tongke.teaching.homework"
    label = "homework"
    verbose_name = "作业"
