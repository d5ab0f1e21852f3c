"""Homework as a Django application."""

from django.apps import AppConfig


class HomeworkConfig(AppConfig):
    """Homework from setting to marking."""

    name = "tongke.teaching.homework"
    label = "homework"
    verbose_name = "作业"

    def ready(self) -> None:
        """Load the jobs, answer the bank's question, and add to the page of a lesson."""
        from tongke.teaching.assessment.services import register_use
        from tongke.teaching.homework.panels import homework_of
        from tongke.teaching.homework.queries import was_given
        from tongke.teaching.homework.services import assignments, telling  # noqa: F401
        from tongke.teaching.timetable.web import register_panel

        register_use(was_given)
        register_panel(homework_of, order=30)
