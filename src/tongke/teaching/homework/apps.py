"""Homework as a Django application."""

from django.apps import AppConfig


class HomeworkConfig(AppConfig):
    """Homework from setting to marking."""

    name = "tongke.teaching.homework"
    label = "homework"
    verbose_name = "作业"

    def ready(self) -> None:
        """Tell the bank which items pupils were given."""
        from tongke.teaching.assessment.services import register_use  # noqa: PLC0415
        from tongke.teaching.homework.queries import was_given  # noqa: PLC0415

        from tongke.teaching.homework.panels import homework_of  # noqa: PLC0415
        from tongke.teaching.timetable.web import register_panel  # noqa: PLC0415

        register_use(was_given)
        register_panel(homework_of)
