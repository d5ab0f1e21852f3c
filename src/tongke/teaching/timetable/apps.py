"""Timetable as a Django application."""

from django.apps import AppConfig


class TimetableConfig(AppConfig):
    """Terms, gaps, courses, lessons."""

    name = "tongke.teaching.timetable"
    label = "timetable"
    verbose_name = "课表"
