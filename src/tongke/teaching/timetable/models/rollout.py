"""What schools report of the courses that the region rolls out (S-044)."""

from django.db import models
from django.db.models import Q

from tongke.teaching.timetable.models.calendar import Term


class RolloutReport(models.Model):
    """A school's word on one course in one grade; what the timetable shows goes before it."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="rollout_reports")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="rollout_reports"
    )
    course = models.CharField("课程", max_length=12, help_text="profile code of the course")
    grade = models.ForeignKey("curriculum.Grade", on_delete=models.PROTECT, related_name="+")
    periods = models.PositiveSmallIntegerField("每周节数", default=0, help_text="0: not offered")
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    trained = models.BooleanField("教师有资格或经过培训", default=False)
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    equipment = models.CharField("设备", max_length=80, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    evidence = models.ForeignKey(
        "core.StoredFile", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reported_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField("填报时间")

    class Meta:
        verbose_name = "新课程填报"
        constraints = [
            models.UniqueConstraint(
                fields=["term", "school", "course", "grade"], name="rollout_report_once"
            ),
            models.CheckConstraint(
                condition=Q(periods=0) | Q(teacher__isnull=False), name="rollout_with_teacher"
            ),
        ]
