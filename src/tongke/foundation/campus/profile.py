"""What campus takes from the region profile: what a room needs for joint lessons."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting


@dataclass(frozen=True, kw_only=True)
class Capability:
    """Something a room is equipped to do."""

    code: str = setting(REQUIRED, label="能力代码", source="S-167", minimum=3, maximum=20)
    name: str = setting(REQUIRED, label="能力", source="S-167", minimum=2, maximum=20)
    needs: tuple[str, ...] = setting((), label="应有设备", source="S-167")


@dataclass(frozen=True, kw_only=True)
class CampusProfile:
    """Equipment and network that delivered lessons need."""

    capabilities: tuple[Capability, ...] = setting(
        (
            Capability(
                code="deliver",
                name="主讲",
                needs=("教师摄像机", "学生摄像机", "拾音话筒", "互动大屏", "主机"),
            ),
            Capability(code="listen", name="听讲", needs=("摄像头", "话筒", "大屏或投影", "主机")),
            Capability(code="record", name="录播", needs=("录播主机", "摄像机", "拾音话筒")),
            Capability(code="live", name="直播", needs=("摄像机", "话筒", "主机")),
        ),
        label="教室能力",
        source="S-167",
        minimum=1,
    )
    deliver_mbps: float = setting(
        4,
        unit="Mbit/s",
        label="主讲教室最低上行带宽",
        source="design",
        minimum=1,
        maximum=1000,
    )
    listen_mbps: float = setting(
        2,
        unit="Mbit/s",
        label="听讲教室最低上行带宽",
        source="design",
        help="低于这个数的教室仍可听讲，画面会先降清晰度，再转为语音和课件。",
        minimum=0.5,
        maximum=1000,
    )
    school_mbps: int = setting(
        100,
        unit="Mbit/s",
        label="学校接入带宽目标",
        source="S-169",
        minimum=10,
        maximum=10_000,
    )

    line_weeks: int = setting(
        8,
        unit="周",
        label="线路状况看最近几周",
        source="S-004",
        help="按直播课的实际记录统计各时段的线路，自动排课时避开不稳的时段。",
        minimum=1,
        maximum=40,
    )
    line_least_lessons: int = setting(
        3,
        unit="节",
        label="线路状况至少要有几节课的记录",
        source="S-004",
        minimum=1,
        maximum=40,
    )
    line_weak_percent: int = setting(
        10,
        unit="%",
        label="多少时间断线或只有声音算不稳",
        source="S-004",
        minimum=1,
        maximum=100,
    )

    def check(self) -> Iterator[str]:
        """Codes once."""
        codes = [one.code for one in self.capabilities]
        if len(codes) != len(set(codes)):
            yield "capabilities 的代码不能重复。"


register("campus", CampusProfile, label="场所与设备")
