"""The live session of a lesson: rooms, roll, slides, questions, answers, protocol."""

from django.db import models
from django.db.models import Q


class Deck(models.Model):
    """The slides of one lesson."""

    lesson = models.OneToOneField("timetable.Lesson", on_delete=models.CASCADE, related_name="deck")
    title = models.CharField("标题", max_length=80)
    uploaded_by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = "课件"


class Slide(models.Model):
    """One slide: a picture, or a heading with lines of text that every screen draws sharply."""

    deck = models.ForeignKey(Deck, on_delete=models.CASCADE, related_name="slides")
    seq = models.PositiveSmallIntegerField("页码")
    heading = models.CharField("标题", max_length=60, blank=True)
    lines = models.JSONField("正文", default=list)
    image = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, null=True)

    class Meta:
        verbose_name = "课件页"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["deck", "seq"], name="slide_once")]


class Session(models.Model):
    """The live room of one lesson; it owns the state, no media engine does."""

    class State(models.TextChoices):
        PLANNED = "planned", "未开放"
        OPEN = "open", "候课"
        LIVE = "live", "上课中"
        ENDED = "ended", "已下课"

    lesson = models.OneToOneField(
        "timetable.Lesson", on_delete=models.PROTECT, related_name="session"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.PLANNED)
    slide_no = models.PositiveSmallIntegerField("当前页", default=1)
    opened_at = models.DateTimeField("开放时间", null=True)
    started_at = models.DateTimeField("上课时间", null=True)
    ended_at = models.DateTimeField("下课时间", null=True)
    codec = models.CharField("视频编码", max_length=4, default="VP8")

    class Meta:
        verbose_name = "课堂"


class Attendance(models.Model):
    """That a room (or the host) was connected to the session, from … to …"""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendance")
    seat = models.CharField("席位", max_length=40, help_text="host, room:<class>, pupil:<person>")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField("进入")
    seen_at = models.DateTimeField("最后在线")
    left_at = models.DateTimeField("离开", null=True)

    class Meta:
        verbose_name = "在线记录"
        indexes = [models.Index(fields=["session", "seat"], name="attendance_seat")]


class RollCall(models.Model):
    """That the roll of one class was called."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="roll_calls")
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "点名"
        constraints = [
            models.UniqueConstraint(fields=["session", "school_class"], name="roll_call_once")
        ]


class RollEntry(models.Model):
    """One pupil's presence in the lesson."""

    class Status(models.TextChoices):
        PRESENT = "present", "到"
        ABSENT = "absent", "缺"
        LEAVE = "leave", "假"
        LATE = "late", "迟"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="roll")
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT)
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    status = models.CharField("状态", max_length=8, choices=Status)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "考勤"
        constraints = [models.UniqueConstraint(fields=["session", "pupil"], name="roll_entry_once")]


class Question(models.Model):
    """A quick question of the lesson."""

    class Kind(models.TextChoices):
        SINGLE = "single", "单选"
        MULTIPLE = "multiple", "多选"
        TRUE_FALSE = "true_false", "判断"

    class State(models.TextChoices):
        OPEN = "open", "作答中"
        CLOSED = "closed", "已结束"
        REVEALED = "revealed", "已公布"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="questions")
    seq = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("题型", max_length=12, choices=Kind)
    stem = models.CharField("题干", max_length=200)
    options = models.JSONField("选项")
    answer = models.CharField("答案", max_length=8, blank=True, help_text="letters; empty = survey")
    key_point = models.ForeignKey(
        "curriculum.KeyPoint", on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("发出时间")
    closes_at = models.DateTimeField("截止时间")
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "随堂问"
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="question_once"),
            models.UniqueConstraint(
                fields=["session"], condition=Q(state="open"), name="question_one_open"
            ),
        ]


class Answer(models.Model):
    """One pupil's answer, from their own device or entered for them in the room."""

    class Source(models.TextChoices):
        DEVICE = "device", "学生设备"
        ENTERED = "entered", "教师代录"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT)
    pupil = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    choice = models.CharField("选择", max_length=8)
    source = models.CharField("方式", max_length=8, choices=Source)
    entered_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    client_id = models.UUIDField("客户端编号", unique=True)
    answered_at = models.DateTimeField("作答时间")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "作答"
        constraints = [models.UniqueConstraint(fields=["question", "pupil"], name="answer_once")]


class CardCount(models.Model):
    """How many children of a room held up a letter: answer cards counted without names."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="card_counts")
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT)
    choice = models.CharField("选择", max_length=1)
    count = models.PositiveSmallIntegerField("人数")
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "答题卡计数"
        constraints = [
            models.UniqueConstraint(
                fields=["question", "school_class", "choice"], name="card_count_once"
            )
        ]


class SessionEvent(models.Model):
    """What happened in the room, in order: the log under the lesson's time line."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    kind = models.CharField("事件", max_length=20)
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT, null=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    text = models.CharField("内容", max_length=200, blank=True)
    client_id = models.UUIDField(null=True, unique=True)

    class Meta:
        verbose_name = "课堂事件"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["session", "kind"], name="session_event_kind")]


class ProtocolItem(models.Model):
    """One duty of one side in one of the five links, with its deadline and evidence (S-009)."""

    lesson = models.ForeignKey(
        "timetable.Lesson", on_delete=models.CASCADE, related_name="protocol"
    )
    code = models.CharField("代码", max_length=30)
    link = models.CharField("环节", max_length=20)
    side = models.CharField("端", max_length=10, choices=[("host", "主讲"), ("listening", "听讲")])
    school_class = models.ForeignKey("people.SchoolClass", on_delete=models.PROTECT, null=True)
    text = models.CharField("要求", max_length=200)
    due_at = models.DateTimeField("期限")
    responsible = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True)
    done_at = models.DateTimeField("完成时间", null=True)
    done_by = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    evidence_text = models.CharField("说明", max_length=500, blank=True)
    evidence_file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, null=True)

    class Meta:
        verbose_name = "规程事项"
        ordering = ["lesson", "side", "due_at", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "code", "side", "school_class"],
                name="protocol_item_once",
            ),
            models.UniqueConstraint(
                fields=["lesson", "code", "side"],
                condition=models.Q(school_class=None),
                name="protocol_item_once_of_host",
            ),
        ]
        indexes = [models.Index(fields=["responsible", "due_at"], name="protocol_todo")]
