"""What the classroom takes from the region profile: forms, the two-sided protocol, live limits."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting

SIDES = ("host", "listening")


@dataclass(frozen=True, kw_only=True)
class LessonForm:
    """A form that a joint lesson can have; every course and lesson carries one."""

    code: str = setting(REQUIRED, label="形态代码", source="S-008", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="形态名称", source="S-008", minimum=2, maximum=20)
    two_way: bool = setting(default=True, label="两端实时互动", source="S-007")
    summary: str = setting("", label="说明", source="S-008", maximum=60)


@dataclass(frozen=True, kw_only=True)
class ProtocolLink:
    """A link of the two-sided protocol."""

    code: str = setting(REQUIRED, label="环节代码", source="S-009", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="环节", source="S-009", minimum=2, maximum=20)


@dataclass(frozen=True, kw_only=True)
class ProtocolDuty:
    """One duty of one side in one link.

    `hours` counts from the bell of the lesson, negative before it. `event` names what in the live
    lesson or its homework ticks the duty by itself; empty when a person ticks it.
    """

    code: str = setting(REQUIRED, label="事项代码", source="S-009", minimum=3, maximum=30)
    link: str = setting(REQUIRED, label="环节", source="S-009", maximum=20)
    side: str = setting(REQUIRED, label="端", source="S-009", choices=SIDES)
    text: str = setting(REQUIRED, label="要求", source="S-009", minimum=6, maximum=200)
    hours: int = setting(
        REQUIRED, unit="小时", label="期限（从上课铃起）", source="S-009",
        minimum=-336, maximum=720,
    )  # fmt: skip
    event: str = setting("", label="自动完成的事件", source="S-009", maximum=30)


def _duty(code: str, hours: int, text: str, event: str = "") -> ProtocolDuty:
    """A duty whose code says its link and side: ``prepare-host-1``."""
    link, side, _ = code.split("-")
    return ProtocolDuty(code=code, link=link, side=side, text=text, hours=hours, event=event)


@dataclass(frozen=True, kw_only=True)
class ClassroomProfile:
    """Forms and protocol of joint lessons, and the limits of the live room."""

    forms: tuple[LessonForm, ...] = setting(
        (
            LessonForm(code="delivered", name="专递课", summary="主讲教师同时教本班和听讲班"),
            LessonForm(code="sync", name="同步互动课", summary="两校两班结对，两位教师配合"),
            LessonForm(
                code="resource", name="数字资源课", two_way=False, summary="用录好的课组织教学"
            ),
            LessonForm(
                code="media", name="多媒体课", two_way=False, summary="本地教师用多媒体上课"
            ),
        ),
        label="课堂形态",
        source="S-008",
        help="政策只说有四种，没有列出；名称由主管部门定。",
        minimum=1,
    )
    default_form: str = setting("delivered", label="默认课堂形态", source="S-008", maximum=20)
    links: tuple[ProtocolLink, ...] = setting(
        (
            ProtocolLink(code="prepare", name="备课"),
            ProtocolLink(code="teach", name="课堂教学"),
            ProtocolLink(code="reflect", name="教学反思"),
            ProtocolLink(code="homework", name="课后作业"),
            ProtocolLink(code="assess", name="考试评价"),
        ),
        label="规程环节",
        source="S-009",
        minimum=1,
    )
    protocol: tuple[ProtocolDuty, ...] = setting(
        (
            _duty("prepare-host-1", -24, "写好教学设计，标明两端学生各做什么、在哪里提问。"),
            _duty("prepare-host-2", -24, "查看听讲班学情，记下要照顾的学生和知识点。"),
            _duty("prepare-host-3", -12, "上传课件和练习，供听讲教室提前下载。", "deck_ready"),
            _duty("prepare-listening-1", -12, "阅读教学设计，备好学具，排好座位。"),
            _duty("prepare-listening-2", -1, "检查摄像头、话筒、大屏和网络，试连一次。"),
            _duty("teach-host-1", 1, "开课先确认每间教室看得清、听得见，再开始讲。", "started"),
            _duty("teach-host-2", 1, "每间听讲教室至少请一次学生发言或展示。", "all_spoke"),
            _duty("teach-host-3", 1, "至少发一次随堂问，公布后当堂讲评。", "question_revealed"),
            _duty("teach-listening-1", 1, "提前到堂进入课堂，点名并记录缺席。", "roll_called"),
            _duty("teach-listening-2", 1, "组织学生参与，随时帮助跟不上的学生。"),
            _duty("reflect-listening-1", 24, "向主讲教师反馈本班没听懂的地方和学生的问题。"),
            _duty("reflect-host-1", 48, "写教学反思，说明两端差别和下节课的调整。"),
            _duty("homework-host-1", 4, "给两端布置作业，难度可以分层。", "homework_opened"),
            _duty("homework-listening-1", 48, "督促本班按时完成；纸质作业代为录入。"),
            _duty("homework-host-2", 72, "查看批改结果，对共同的错误作讲评。"),
            _duty("homework-listening-2", 96, "对还没掌握的学生作课后辅导。"),
            _duty("assess-host-1", 168, "把本课知识点列入单元测评，两端用同一套题。"),
            _duty("assess-listening-1", 168, "记录本班学生的表现和进步，与主讲教师核对。"),
        ),
        label="两端操作规程",
        source="S-009",
        minimum=1,
    )
    opens_minutes_before: int = setting(
        10, unit="分钟", label="提前多久可进课堂", source="S-007", minimum=1, maximum=1440
    )
    late_minutes: int = setting(
        5, unit="分钟", label="迟到多久记为迟到", source="S-007", minimum=1, maximum=20
    )
    held_least_percent: int = setting(
        60,
        unit="%",
        label="实际上课时间达到多少算已上课",
        source="S-007",
        help="主讲和至少一个听讲班同时在线的时间占计划时间的比例。",
        minimum=10,
        maximum=100,
    )
    answer_seconds: int = setting(
        60, unit="秒", label="随堂问作答时间", source="S-054", minimum=10, maximum=600
    )
    late_answer_seconds: int = setting(
        1800,
        unit="秒",
        label="断网后补传答案宽限",
        source="design",
        help="作答时间在截止前、送达在截止后的答案，在这个时间内照收。",
        minimum=0,
        maximum=3600,
    )
    tally_refresh_ms: int = setting(
        200, unit="毫秒", label="统计刷新间隔", source="S-054", minimum=100, maximum=2000
    )
    explain_again_share: float = setting(
        0.6,
        unit="比例",
        label="答对低于多少建议再讲",
        source="S-054",
        minimum=0.1,
        maximum=0.95,
    )
    reconnect_seconds: int = setting(
        3, unit="秒", label="断线后多久重连", source="S-007", minimum=1, maximum=30
    )
    offline_seconds: int = setting(
        15,
        unit="秒",
        label="多久没有信号算离线",
        source="S-007",
        minimum=5,
        maximum=120,
    )
    media_codec: str = setting(
        "VP8",
        label="画面编码",
        source="design",
        help="同一间课堂只用一种；没有 H.264 的旧电脑要用 VP8。",
        choices=("VP8", "H264"),
    )
    video_kbps: int = setting(
        1500, unit="kbit/s", label="画面码率", source="S-007", minimum=200, maximum=6000
    )
    low_video_kbps: int = setting(
        400, unit="kbit/s", label="弱网画面码率", source="S-007", minimum=100, maximum=1500
    )
    audio_kbps: int = setting(
        48, unit="kbit/s", label="声音码率", source="S-007", minimum=16, maximum=256
    )
    recording_warn_seconds: int = setting(
        5,
        unit="秒",
        label="录制未保存多久提醒",
        source="design",
        minimum=2,
        maximum=60,
    )
    recording_alarm_seconds: int = setting(
        15,
        unit="秒",
        label="录制未保存多久报警",
        source="design",
        minimum=5,
        maximum=120,
    )
    retention_days: int = setting(
        180,
        unit="天",
        label="课堂录像保存",
        source="law",
        help="到期自动删除；不得长于征求同意时写明的期限。",
        minimum=1,
        maximum=1095,
    )

    def check(self) -> Iterator[str]:
        """Codes once; every duty in a known link and both sides in every link; times in order."""
        for key in ("forms", "links", "protocol"):
            codes = [one.code for one in getattr(self, key)]
            if len(codes) != len(set(codes)):
                yield f"{key} 的代码不能重复。"
        if self.default_form not in {form.code for form in self.forms}:
            yield f"default_form 写的“{self.default_form}”不在 forms 里。"
        links = {link.code for link in self.links}
        for duty in self.protocol:
            if duty.link not in links:
                yield f"protocol 的 {duty.code} 用了没有的环节“{duty.link}”。"
        for link in self.links:
            sides = {duty.side for duty in self.protocol if duty.link == link.code}
            if sides != set(SIDES):
                yield f"protocol 的“{link.name}”要有主讲和听讲两端的事项。"
        if self.recording_warn_seconds >= self.recording_alarm_seconds:
            yield "recording_warn_seconds 应小于 recording_alarm_seconds。"
        if self.low_video_kbps > self.video_kbps:
            yield "low_video_kbps 不应大于 video_kbps。"

    def form_name(self, code: str) -> str:
        """The Chinese name of a form; the code when it is unknown."""
        return next((form.name for form in self.forms if form.code == code), code)


register("classroom", ClassroomProfile, label="课堂")
