"""Day-to-day changes of the published timetable: absences, changed lessons, suspended days."""

from django.db import models
from django.db.models import F, Q

from tongke.foundation.people.models import Organisation
from tongke.teaching.timetable.models.calendar import Term
from tongke.teaching.timetable.models.lessons import Lesson


class Absence(models.Model):
    """A teacher who is away, from one period of a day to one period of another.

    `from_seq` and `until_seq` are periods of the school's own bells; empty means from the first
    bell of the first day, or to the last bell of the last.
    """

    class Kind(models.TextChoices):
        SICK = "sick", "病假"
        PERSONAL = "personal", "事假"
        DUTY = "duty", "公务外出"
        TRAINING = "training", "培训学习"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        PENDING = "pending", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        CANCELLED = "cancelled", "已销假"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="absences")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="学校"
    )
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="absences", verbose_name="教师"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind)
    since = models.DateField("起")
    from_seq = models.PositiveSmallIntegerField("从第几节", null=True)
    until = models.DateField("止")
    until_seq = models.PositiveSmallIntegerField("到第几节", null=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    entered_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间")
    decided_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("处理时间", null=True)
    note = models.CharField("处理意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "请假"
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="absence_in_order")
        ]
        indexes = [
            models.Index(fields=["school", "-since"], name="absence_list"),
            models.Index(fields=["teacher", "since"], name="absence_teacher"),
        ]

    def __str__(self) -> str:
        return f"{self.teacher.name}{self.get_kind_display()}"


class Suspension(models.Model):
    """A day, or some periods of it, without lessons below an organisation; and what makes up."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="suspensions")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="范围"
    )
    day = models.DateField("停课日期")
    from_seq = models.PositiveSmallIntegerField("从第几节", null=True)
    until_seq = models.PositiveSmallIntegerField("到第几节", null=True)
    alone = models.BooleanField(
        "不含下属教学点", default=False, help_text="only the school itself, not what hangs below it"
    )
    reason = models.CharField("原因", max_length=120)
    make_up_on = models.DateField("补课日期", null=True)
    lessons = models.PositiveIntegerField("停课节数", default=0)
    entered_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间")
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "停课日"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day"], condition=Q(undone_at=None),
                name="suspension_once",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["term", "day"], name="suspension_day")]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}停课"

    def covers(self, school: Organisation) -> bool:
        """Whether it holds for a school; the organisation must be there already."""
        if self.alone:
            return school.pk == self.organisation_id
        return school.path.startswith(self.organisation.path)


class DayChange(models.Model):
    """One lesson of one day that is not as the weekly timetable has it.

    `part` says what of the lesson changes: an ordinary lesson of the class (empty), the
    delivering teacher of a joint lesson, one of its assistants, or the joint lesson as a whole.
    Rows of one act (both sides of a swap) share `step`.
    """

    class Kind(models.TextChoices):
        SUBSTITUTE = "substitute", "代课"
        SWAP = "swap", "调课"
        NOT_HELD = "not_held", "停课"
        MAKE_UP = "make_up", "补课"

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        ACCEPTED = "accepted", "已确认"
        REFUSED = "refused", "已谢绝"
        REPLACED = "replaced", "已改派"
        UNDONE = "undone", "已撤销"

    class Part(models.TextChoices):
        OWN = "", "本校课"
        HOST = "host", "主讲教师"
        ASSISTANT = "assistant", "听讲教师"
        WHOLE = "whole", "整节联合课"

    STANDING = (State.PENDING, State.ACCEPTED)

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="changes")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name="学校"
    )
    school_class = models.ForeignKey(
        "people.SchoolClass", on_delete=models.PROTECT, null=True, related_name="changes"
    )
    day = models.DateField("日期")
    seq = models.PositiveSmallIntegerField("节次", null=True)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    part = models.CharField("部分", max_length=10, choices=Part, default=Part.OWN, blank=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, null=True, related_name="changes")
    subject = models.ForeignKey(
        "curriculum.Subject", on_delete=models.PROTECT, null=True, related_name="+"
    )
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="changed_lessons"
    )
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    was_subject = models.ForeignKey(
        "curriculum.Subject", on_delete=models.PROTECT, null=True, related_name="+"
    )
    was_teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    task = models.ForeignKey(
        "timetable.TeachingTask", on_delete=models.SET_NULL, null=True, related_name="+",
        help_text="as of the placement: classes of one task share the lesson (合班)",
    )  # fmt: skip
    reason = models.CharField("原因", max_length=200)
    absence = models.ForeignKey(
        Absence, on_delete=models.PROTECT, null=True, related_name="changes"
    )
    step = models.UUIDField("同一步")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    made_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField("安排时间")
    answered_at = models.DateTimeField("答复时间", null=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "课表变动"
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "day", "seq"],
                condition=Q(part="", state__in=["pending", "accepted"]),
                name="day_change_once",
            ),
            models.UniqueConstraint(
                fields=["lesson", "part"],
                condition=Q(part__in=["host", "whole"], state__in=["pending", "accepted"]),
                name="day_change_lesson_once",
            ),
            models.UniqueConstraint(
                fields=["lesson", "school_class"],
                condition=Q(part="assistant", state__in=["pending", "accepted"]),
                name="day_change_assistant_once",
            ),
            models.CheckConstraint(
                condition=Q(part="", school_class__isnull=False, seq__isnull=False)
                | (~Q(part="") & Q(lesson__isnull=False)),
                name="day_change_of_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="day_change_has_reason"),
        ]
        indexes = [
            models.Index(fields=["day", "state"], name="day_change_day"),
            models.Index(fields=["school", "-day"], name="day_change_list"),
            models.Index(fields=["teacher", "-day"], name="day_change_teacher"),
            models.Index(fields=["step"], name="day_change_step"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day:%m-%d}"
