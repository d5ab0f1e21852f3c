"""Tables of people: organisations, persons, roles, classes, families."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tongke.core.fields import EncryptedTextField, mask
from tongke.foundation.people.account import Account
from tongke.foundation.people.roles import Role

__all__ = [
    "Account", "Appointment", "Consent", "Enrolment", "Guardianship", "Organisation", "Person",
    "Qualification", "SchoolClass", "StaffPost", "Title",
]  # fmt: skip


def _dated(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(until=None) | Q(until__gte=F("since")), name=f"{name}_dates_in_order"
    )


class Organisation(models.Model):
    """A node of the one tree: region, bureau office, school, teaching point …

    `path` is the ids from the root, each with four digits at least and a dot after it, so that a
    subtree is one indexed prefix: ``0001.0007.0021.``
    """

    class Kind(models.TextChoices):
        REGION = "region", "行政区域"
        BUREAU = "bureau", "教育局"
        OFFICE = "office", "科室"
        SCHOOL = "school", "学校"
        POINT = "point", "教学点"

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", verbose_name="上级"
    )
    kind = models.CharField("类型", max_length=8, choices=Kind)
    level = models.CharField("层级", max_length=12, help_text="region profile's level code")
    code = models.CharField("机构代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20)
    path = models.CharField(max_length=120, db_index=True)
    area = models.CharField(
        "城乡分类", max_length=8, blank=True,
        choices=[("city", "城区"), ("town", "镇区"), ("village", "乡村")],
    )  # fmt: skip
    stages = models.CharField("学段", max_length=20, blank=True, help_text="comma-separated codes")
    source_id = models.CharField("来源编号", max_length=80, blank=True)
    closed_on = models.DateField("撤销日期", null=True)

    class Meta:
        verbose_name = "机构"
        ordering = ["path"]
        indexes = [models.Index(fields=["kind", "path"], name="organisation_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_school(self) -> bool:
        """Whether classes may hang here: a school or a teaching point."""
        return self.kind in {self.Kind.SCHOOL, self.Kind.POINT}


class Person(models.Model):
    """One human being, once, whatever roles they hold."""

    class Sex(models.TextChoices):
        UNKNOWN = "0", "未知"
        MALE = "1", "男"
        FEMALE = "2", "女"
        UNSTATED = "9", "未说明"

    name = models.CharField("姓名", max_length=40)
    sex = models.CharField("性别", max_length=1, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField("出生日期", null=True)
    number = models.CharField("工号/学籍号", max_length=30, unique=True)
    id_number = EncryptedTextField("身份证件号", blank=True, default="")
    id_number_blind = models.CharField(max_length=40, blank=True, db_index=True)
    phone = EncryptedTextField("手机", blank=True, default="")
    phone_blind = models.CharField(max_length=40, blank=True, db_index=True)
    source_id = models.CharField("来源编号", max_length=80, blank=True, db_index=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "人员"
        indexes = [models.Index(fields=["name"], name="person_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_shown(self) -> str:
        """The phone as screens show it."""
        return mask(self.phone)

    @property
    def id_number_shown(self) -> str:
        """The identity number as screens show it."""
        return mask(self.id_number, head=4, tail=2)


class Appointment(models.Model):
    """A dated role of one person at one organisation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField("角色", max_length=12, choices=[(r.value, r.label) for r in Role])
    subject_code = models.CharField("学科", max_length=8, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        constraints = [
            _dated("appointment"),
            models.UniqueConstraint(
                fields=["person", "organisation", "role", "subject_code"],
                condition=Q(until=None),
                name="appointment_once",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="appointment_here")]


class Title(models.Model):
    """An honour of the master-teacher register: 特级教师, 学科带头人, 名师 … (S-014)."""

    class State(models.TextChoices):
        REPORTED = "reported", "学校已报"
        FILED = "filed", "已备案"
        RETURNED = "returned", "已退回"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="titles")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    kind = models.CharField("称号", max_length=40, help_text="region profile's title kind")
    level = models.CharField("级别", max_length=20, blank=True)
    subject_code = models.CharField("学科", max_length=8)
    stage_code = models.CharField("学段", max_length=4, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.REPORTED)
    reason = models.CharField("退回原因", max_length=200, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    filed_at = models.DateTimeField("备案时间", null=True)
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "名师称号"
        constraints = [
            _dated("title"),
            models.UniqueConstraint(
                fields=["person", "kind", "level", "subject_code"],
                condition=Q(until=None),
                name="title_once",
            ),
        ]


class SchoolClass(models.Model):
    """A class of pupils: a standing one (行政班) of an intake, or a section (教学班) of a course.

    A pupil is in one standing class, and besides in any number of sections; see adr/0008.
    """

    class Kind(models.TextChoices):
        STANDING = "standing", "行政班"
        SECTION = "section", "教学班"

    kind = models.CharField("类型", max_length=8, choices=Kind, default=Kind.STANDING)
    school = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="classes")
    grade_code = models.CharField("年级", max_length=4)
    number = models.PositiveSmallIntegerField("班号")
    name = models.CharField("班级名称", max_length=30)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    homeroom_teacher = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="homerooms"
    )
    source_id = models.CharField("来源编号", max_length=80, blank=True, db_index=True)
    closed_on = models.DateField("结束日期", null=True)

    class Meta:
        verbose_name = "班级"
        ordering = ["school__path", "grade_code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "entry_year", "grade_code", "number"], name="class_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """A pupil's dated membership of a class: standing, or of a section with its last day known."""

    standing = models.BooleanField("行政班", default=True)
    pupil = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    school_class = models.ForeignKey(
        SchoolClass, on_delete=models.PROTECT, related_name="enrolments"
    )
    seat = models.PositiveSmallIntegerField("座号", null=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        verbose_name = "在班记录"
        constraints = [
            _dated("enrolment"),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(until=None, standing=True),
                name="enrolment_one_class",
            ),
            models.CheckConstraint(
                condition=Q(standing=True) | Q(until__isnull=False), name="enrolment_section_ends"
            ),
        ]
        indexes = [models.Index(fields=["school_class", "until"], name="enrolment_roll")]


class Guardianship(models.Model):
    """Who cares for a child, since when."""

    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardians")
    relation = models.CharField("关系", max_length=10)
    since = models.DateField("起")
    until = models.DateField("止", null=True)

    class Meta:
        verbose_name = "监护关系"
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "child"], condition=Q(until=None), name="guardianship_once"
            )
        ]


class Consent(models.Model):
    """A guardian's answer for one purpose and one version of its text; kept, never edited."""

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField("用途", max_length=30)
    version = models.CharField("文本版本", max_length=20)
    given = models.BooleanField("同意")
    at = models.DateTimeField("时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "监护人同意"
        indexes = [models.Index(fields=["child", "purpose", "-at"], name="consent_now")]


class StaffPost(models.Model):
    """Approved posts of a school in one subject (编制), to set against who is there."""

    school = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    subject_code = models.CharField("学科", max_length=8)
    approved = models.PositiveSmallIntegerField("核定岗位数")
    year = models.PositiveSmallIntegerField("年度")

    class Meta:
        verbose_name = "岗位"
        constraints = [
            models.UniqueConstraint(fields=["school", "subject_code", "year"], name="post_once")
        ]


class Qualification(models.Model):
    """A subject that a teacher is qualified to teach."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="qualifications")
    subject_code = models.CharField("学科", max_length=8)
    stage_code = models.CharField("学段", max_length=4, blank=True)
    certificate = models.CharField("证书号", max_length=40, blank=True)

    class Meta:
        verbose_name = "任教资格"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject_code", "stage_code"], name="qualification_once"
            )
        ]


assert settings.AUTH_USER_MODEL == "people.Account"
