"""Classroom as a Django application."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    """Live sessions and their protocol."""

    name = "tongke.teaching.classroom"
    label = "classroom"
    verbose_name = "课堂"
