"""Curriculum as a Django application."""

from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    """Subjects, textbooks, units and key points."""

    name = "tongke.foundation.curriculum"
    label = "curriculum"
    verbose_name = "课程"

    def ready(self) -> None:
        """Tell people the names of subjects and grades."""
        from tongke.foundation.curriculum.queries import Names
        from tongke.foundation.people.queries import vocabulary

        vocabulary.register(Names())
