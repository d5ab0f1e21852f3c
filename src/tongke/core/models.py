"""Tables of core: audit, jobs, messages, files, imports."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """One act or one read of a protected record; written once, then sealed into a chain.

    `seq`, `previous` and `digest` are set by `audit.seal_tail`, in order, without gaps.
    """

    at = models.DateTimeField("时间")
    action = models.CharField("动作", max_length=80)
    actor_id = models.BigIntegerField("操作账号", null=True)
    actor_name = models.CharField("操作人", max_length=80, blank=True)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=60, blank=True)
    detail = models.JSONField("详情", default=dict)
    seq = models.BigIntegerField("序号", null=True, unique=True)
    previous = models.CharField("前一摘要", max_length=64, blank=True)
    digest = models.CharField("摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["-at"], name="audit_at"),
        ]


class Job(models.Model):
    """A piece of work to do once, written in the transaction that makes it necessary."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "执行中"
        DONE = "done", "完成"
        DEAD = "dead", "失败"

    name = models.CharField("任务", max_length=80)
    key = models.CharField("幂等键", max_length=160)
    args = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    run_at = models.DateTimeField("执行时间")
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    lease_until = models.DateTimeField("租约到", null=True)
    error = models.TextField("错误", blank=True)
    created_at = models.DateTimeField("创建时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = "后台任务"
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="job_once")]
        indexes = [
            models.Index(
                fields=["run_at"], name="job_due", condition=Q(state__in=["waiting", "running"])
            ),
            models.Index(fields=["state", "-created_at"], name="job_list"),
        ]


class JobSchedule(models.Model):
    """When a repeated job runs next."""

    name = models.CharField(max_length=80, unique=True)
    next_at = models.DateTimeField()


class Message(models.Model):
    """A message to one account, shown in the message centre."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=200, blank=True)
    key = models.CharField("幂等键", max_length=160)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = "消息"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="message_once")]
        indexes = [models.Index(fields=["account", "-created_at"], name="message_list")]


class MessagePreference(models.Model):
    """A kind of message that an account does not want."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="message_preference_once")
        ]


class StoredFile(models.Model):
    """A file in the store, named by its content: the same bytes are kept once."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField("字节")
    mime = models.CharField("类型", max_length=80)
    name = models.CharField("文件名", max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "文件"


class ImportRun(models.Model):
    """One import: its dry run, its report, what it changed, and whether it was undone."""

    class State(models.TextChoices):
        DRY = "dry", "待确认"
        COMMITTED = "committed", "已导入"
        UNDONE = "undone", "已撤销"
        FAILED = "failed", "未通过"

    kind = models.CharField("类别", max_length=40)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRY)
    report = models.JSONField(default=dict)
    journal = models.JSONField(default=list)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "导入"
        indexes = [models.Index(fields=["kind", "-created_at"], name="import_list")]
