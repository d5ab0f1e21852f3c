"""How the timetable's templates write weekdays."""

from django import template

from tongke.teaching.timetable.queries import calendar

register = template.Library()


@register.filter
def weekday_name(weekday: int) -> str:
    """周一 for 1, … 周日 for 7."""
    return calendar.weekday_name(weekday)
