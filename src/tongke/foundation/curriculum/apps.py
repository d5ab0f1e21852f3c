"""Curriculum as a Django application."""

from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    """Subjects, textbooks, units and key points."""

    name = "tongke.foundation.curriculum"
    label = "curriculum"
    verbose_name = "课程"
