"""Rooms of schools and what they can do."""

from django.db import models


class Room(models.Model):
    """A room; `can_deliver` and `can_listen` say whether it is equipped for joint lessons."""

    school = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="rooms", verbose_name="学校"
    )
    name = models.CharField("名称", max_length=40)
    kind = models.CharField(
        "类型", max_length=12, default="classroom",
        choices=[("classroom", "普通教室"), ("studio", "录播教室"), ("listening", "听讲教室"),
                 ("special", "专用教室"), ("field", "场地")],
    )  # fmt: skip
    can_deliver = models.BooleanField("可主讲", default=False)
    can_listen = models.BooleanField("可听讲", default=False)
    seats = models.PositiveSmallIntegerField("座位数", default=40)
    line_mbps = models.DecimalField("上行带宽 Mbit/s", max_digits=6, decimal_places=1, default=0)
    screen = models.CharField("显示设备", max_length=40, blank=True)
    retired_on = models.DateField("停用日期", null=True)

    class Meta:
        verbose_name = "教室"
        ordering = ["school__path", "name"]
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="room_once")]

    def __str__(self) -> str:
        return self.name


class LineReading(models.Model):
    """How a room's line held during one live lesson: in how many of its minutes it failed."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="line_readings")
    key = models.CharField("来源", max_length=60, unique=True, help_text="session:12:room:34")
    starts_at = models.DateTimeField("开始")
    minutes = models.PositiveSmallIntegerField("时长（分钟）")
    weak_minutes = models.PositiveSmallIntegerField(
        "不稳（分钟）", help_text="disconnected, or sound without a picture"
    )

    class Meta:
        verbose_name = "线路记录"
        indexes = [models.Index(fields=["room", "starts_at"], name="line_reading_room")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weak_minutes__lte=models.F("minutes")), name="line_reading_part"
            )
        ]
