"""Whole-school plans: teaching tasks, rules as data, versions with entries, computations."""

from django.db import models
from django.db.models import Q

from tongke.core.fields import EncryptedTextField
from tongke.teaching.timetable.models.calendar import Term

_ROOM_KINDS = [
    ("classroom", "普通教室"), ("studio", "录播教室"), ("listening", "听讲教室"),
    ("special", "专用教室"), ("field", "场地"),
]  # fmt: skip


class TeachingTask(models.Model):
    """What a school teaches each week: a subject to one or several classes by somebody."""

    class Weeks(models.TextChoices):
        ALL = "all", "每周"
        ODD = "odd", "单周"
        EVEN = "even", "双周"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="tasks")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="teaching_tasks"
    )
    subject = models.ForeignKey("curriculum.Subject", on_delete=models.PROTECT, related_name="+")
    classes = models.ManyToManyField(
        "people.SchoolClass", related_name="teaching_tasks", verbose_name="班级"
    )
    teachers = models.ManyToManyField(
        "people.Person", related_name="teaching_tasks", verbose_name="教师"
    )
    periods = models.PositiveSmallIntegerField("每周节数")
    doubles = models.PositiveSmallIntegerField("其中连堂", default=0)
    room = models.ForeignKey(
        "campus.Room", on_delete=models.PROTECT, null=True, related_name="+",
        verbose_name="固定教室",
    )  # fmt: skip
    room_kind = models.CharField("教室类型", max_length=12, blank=True, choices=_ROOM_KINDS)
    parallel = models.CharField(
        "并行分组", max_length=20, blank=True, help_text="同一分组的任务在同一时间上"
    )
    weeks = models.CharField("上课周", max_length=4, choices=Weeks, default=Weeks.ALL)
    tags = models.CharField("标记", max_length=60, blank=True, help_text="用顿号分开")
    note = models.CharField("备注", max_length=100, blank=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "教学任务"
        constraints = [
            models.CheckConstraint(condition=Q(periods__gt=0), name="task_has_periods"),
            models.CheckConstraint(
                condition=Q(doubles=0) | Q(periods__gte=models.F("doubles") * 2),
                name="task_doubles_fit",
            ),
        ]
        indexes = [models.Index(fields=["school", "term"], name="task_list")]

    @property
    def parts(self) -> tuple[int, ...]:
        """Lengths of the lessons of a week: doubles first, then single periods."""
        return (2,) * self.doubles + (1,) * (self.periods - 2 * self.doubles)


class PlanRule(models.Model):
    """A rule for a school's plan as data; also how a school sets a rule of the region."""

    class Scope(models.TextChoices):
        REGION = "region", "区域"
        CONSORTIUM = "consortium", "教学共同体"
        SCHOOL = "school", "学校"
        TEACHER = "teacher", "教师"

    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="plan_rules"
    )
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="plan_rules")
    scope = models.CharField("来源", max_length=10, choices=Scope, default=Scope.SCHOOL)
    kind = models.CharField("规则", max_length=20, help_text="code of queries.plans.rules")
    source = models.CharField(
        "区域规则", max_length=40, blank=True, help_text="code of the region's rule it adjusts"
    )
    target = models.JSONField("对象", default=dict)
    numbers = models.JSONField("数值", default=dict)
    teacher = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="plan_rules"
    )
    hard = models.BooleanField("必须满足", default=False)
    weight = models.PositiveSmallIntegerField("权重", default=1)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "排课规则"
        constraints = [
            models.UniqueConstraint(
                fields=["school", "term", "source"], condition=~Q(source=""),
                name="plan_rule_one_setting",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["school", "term"], name="plan_rule_list")]


class SchoolPlan(models.Model):
    """A version of a school's timetable of a term."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        COMPUTING = "computing", "正在计算"
        READY = "ready", "已排完"
        PUBLISHED = "published", "已发布"
        RETIRED = "retired", "已停用"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="school_plans")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="school_plans"
    )
    number = models.PositiveSmallIntegerField("版本号")
    name = models.CharField("名称", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField("说明", max_length=200, blank=True)
    relaxed = models.JSONField("放宽的规则", default=list, help_text="keys left out in it")
    hard = models.PositiveIntegerField("硬冲突", default=0)
    soft = models.PositiveIntegerField("软约束", default=0)
    revision = models.PositiveIntegerField("修订", default=0, help_text="grows with every change")
    replaced = models.JSONField(
        "发布前的课表", default=list, help_text="rows that publishing took away, to restore them"
    )
    created_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("建立时间")
    published_at = models.DateTimeField("发布时间", null=True)

    class Meta:
        verbose_name = "课表方案"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["term", "school", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["term", "school"], condition=Q(state="published"),
                name="plan_one_published",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"v{self.number} {self.name}"

    @property
    def open(self) -> bool:
        """Whether it can still be edited."""
        return self.state in {self.State.DRAFT, self.State.READY}


class PlanEntry(models.Model):
    """One lesson of a version: a part of a task and where it stands, if it does."""

    plan = models.ForeignKey(SchoolPlan, on_delete=models.CASCADE, related_name="entries")
    task = models.ForeignKey(TeachingTask, on_delete=models.CASCADE, related_name="entries")
    part = models.PositiveSmallIntegerField("第几次")
    weekday = models.PositiveSmallIntegerField("周几", null=True)
    seq = models.PositiveSmallIntegerField("节次", null=True)
    room = models.ForeignKey("campus.Room", on_delete=models.PROTECT, null=True, related_name="+")
    locked = models.BooleanField("已锁定", default=False)
    reason = models.CharField("接受冲突的理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "方案课时"
        constraints = [
            models.UniqueConstraint(fields=["plan", "task", "part"], name="entry_once"),
            models.CheckConstraint(
                condition=Q(weekday=None, seq=None) | Q(weekday__gt=0, seq__gt=0),
                name="entry_placed_or_not",
            ),
        ]

    @property
    def key(self) -> str:
        """The activity it is in the planner."""
        return f"{self.task_id}.{self.part}"


class PlanEdit(models.Model):
    """One step of editing a version, kept so that it can be undone and done again."""

    plan = models.ForeignKey(SchoolPlan, on_delete=models.CASCADE, related_name="edits")
    label = models.CharField("做了什么", max_length=120)
    before = models.JSONField("之前", default=list)
    after = models.JSONField("之后", default=list)
    undone = models.BooleanField("已撤销", default=False)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "方案修改"
        ordering = ["-pk"]


class PlanComputation(models.Model):
    """A search for a better version, or for the rules that cannot hold together."""

    class State(models.TextChoices):
        QUEUED = "queued", "等待计算"
        RUNNING = "running", "正在计算"
        DONE = "done", "已算完"
        FAILED = "failed", "没有完成"

    plan = models.ForeignKey(SchoolPlan, on_delete=models.CASCADE, related_name="computations")
    kind = models.CharField(
        "内容", max_length=8, choices=[("solve", "自动排课"), ("explain", "分析原因")],
        default="solve",
    )  # fmt: skip
    state = models.CharField("状态", max_length=8, choices=State, default=State.QUEUED)
    seconds = models.PositiveSmallIntegerField("最长计算")
    stop = models.BooleanField("要求停止", default=False)
    progress = models.JSONField("进度", default=dict)
    history = models.JSONField("过程", default=list)
    result = models.JSONField("结果", default=dict)
    created_at = models.DateTimeField("提出时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "排课计算"
        ordering = ["-pk"]

    @property
    def running(self) -> bool:
        """Whether it waits or computes."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class GridImport(models.Model):
    """An uploaded timetable as schools keep it, on its way to a draft version."""

    class State(models.TextChoices):
        MAPPING = "mapping", "待核对"
        DONE = "done", "已生成方案"
        DROPPED = "dropped", "已放弃"

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="grid_imports")
    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="grid_imports"
    )
    filename = models.CharField("文件", max_length=120)
    cells = models.JSONField("读到的课", default=list)
    blocks = models.JSONField("读到的表", default=list)
    mapping = models.JSONField("对应关系", default=dict)
    state = models.CharField("状态", max_length=8, choices=State, default=State.MAPPING)
    plan = models.ForeignKey(SchoolPlan, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "课表导入"
        ordering = ["-pk"]


class CalendarFeed(models.Model):
    """A private link to one person's dated lessons; revoked ones answer nothing."""

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token = EncryptedTextField("口令")
    token_blind = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("建立时间")
    revoked_at = models.DateTimeField("停用时间", null=True)
    read_at = models.DateTimeField("最近读取", null=True)

    class Meta:
        verbose_name = "日历订阅"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="feed_one_open"
            )
        ]
