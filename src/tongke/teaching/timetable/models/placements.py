"""The weekly timetable of a class."""

from django.db import models

from tongke.teaching.timetable.models.calendar import Term
from tongke.teaching.timetable.models.joint import CourseSlot


class Placement(models.Model):
    """One weekly lesson in a class's timetable; a joint one points to its slot."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="placements")
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, related_name="placements"
    )
    weekday = models.PositiveSmallIntegerField("周几")
    seq = models.PositiveSmallIntegerField("节次")
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT)
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="placements"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    slot = models.ForeignKey(
        CourseSlot, on_delete=models.CASCADE, null=True, related_name="placements"
    )
    task = models.ForeignKey(
        "timetable.TeachingTask", on_delete=models.SET_NULL, null=True, related_name="placements",
        help_text="the task it fulfils; classes of one task share a lesson (合班)",
    )  # fmt: skip
    helpers = models.ManyToManyField(
        "people.Person", related_name="helped_placements", verbose_name="同上教师"
    )
    weeks = models.CharField(
        "上课周", max_length=4, default="all",
        choices=[("all", "每周"), ("odd", "单周"), ("even", "双周")],
    )  # fmt: skip

    class Meta:
        verbose_name = "课表项"
        constraints = [
            models.UniqueConstraint(
                fields=["term", "school_class", "weekday", "seq", "weeks"], name="placement_once"
            )
        ]
        indexes = [models.Index(fields=["term", "teacher"], name="placement_teacher")]
