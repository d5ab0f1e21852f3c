"""The settings of core itself: the region's own facts, file sizes, how long logs are kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import available_timezones

from tongke.core.profile.declare import REQUIRED, register, setting

LEVELS = ("province", "city", "district", "area", "school", "point", "grade", "class")


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of the organisation tree that this region has, with its local name."""

    code: str = setting(REQUIRED, label="层级代码", source="A-83", choices=LEVELS)
    name: str = setting(REQUIRED, label="层级名称", source="A-83", minimum=1, maximum=20)


@dataclass(frozen=True, kw_only=True)
class Classroom:
    """One of the region's "three classrooms", as its own plan names them."""

    code: str = setting(REQUIRED, label="课堂代码", source="A-63", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="课堂名称", source="A-63", minimum=2, maximum=20)
    aliases: tuple[str, ...] = setting((), label="别名", source="A-63")
    summary: str = setting("", label="一句话说明", source="A-63", maximum=60)


@dataclass(frozen=True, kw_only=True)
class RegionProfile:
    """Who the region is, which levels it has, and what it calls things."""

    name: str = setting("示范区域", label="区域名称", source="design", minimum=2, maximum=30)
    short_name: str = setting("示范", label="区域简称", source="design", minimum=1, maximum=10)
    code: str = setting(
        "region",
        label="区域代码",
        source="design",
        help="小写字母开头，只用小写字母、数字和连字符，用在网址和文件名里。",
        minimum=2,
        maximum=30,
    )
    bureau_name: str = setting("教育局", label="主管部门名称", source="A-83", minimum=2, maximum=30)
    product_name: str = setting("同课", label="平台名称", source="design", minimum=1, maximum=20)
    portal_name: str = setting("三个课堂公共服务平台", label="门户名称", source="S-086", maximum=40)
    levels: tuple[Level, ...] = setting(
        (
            Level(code="district", name="县（区）"),
            Level(code="school", name="学校"),
            Level(code="point", name="教学点"),
            Level(code="class", name="班级"),
        ),
        label="组织层级",
        source="A-83",
        help="自上而下，只列本区域有的层级；没有的层级不写。",
        minimum=1,
    )
    classrooms: tuple[Classroom, ...] = setting(
        (
            Classroom(
                code="delivered",
                name="专递课堂",
                aliases=("同步课堂",),
                summary="主讲学校和听讲学校同上一节课",
            ),
            Classroom(code="master", name="名师课堂", summary="名师上示范课，大家一起听和评"),
            Classroom(code="online", name="名校网络课堂", summary="优质学校把特色课程开到网上"),
        ),
        label="三个课堂",
        source="A-63",
        help="各地名称不同，页面和报表都用这里的名称。",
        minimum=1,
    )
    time_zone: str = setting("Asia/Shanghai", label="时区", source="design")
    term_naming: str = setting(
        "ordinal",
        label="学期叫法",
        source="A-30",
        help="ordinal：第一、第二学期；season：秋季、春季学期；code：年份加期号，如 2001 期。",
        choices=("ordinal", "season", "code"),
    )
    school_year_starts: str = setting(
        "09-01", label="学年开始", source="A-08", help="月-日；年龄也按这一天计算。"
    )
    spring_term_starts: str = setting(
        "02-20", label="第二学期大致开始", source="design", help="月-日；每年的准确日期在校历里定。"
    )

    def check(self) -> Iterator[str]:
        """Codes once, levels from the top down, dates and time zone that exist."""
        codes = [level.code for level in self.levels]
        if codes != sorted(set(codes), key=LEVELS.index):
            yield "levels 应自上而下排列，每个层级只写一次。"
        if "school" not in codes:
            yield "levels 里必须有 school（学校）。"
        names = [one.code for one in self.classrooms]
        if len(names) != len(set(names)):
            yield "classrooms 的代码不能重复。"
        if not re.fullmatch(r"[a-z][a-z0-9-]+", self.code):
            yield f"code 只能用小写字母、数字和连字符，写的是“{self.code}”。"
        if self.time_zone not in available_timezones():
            yield f"time_zone 没有“{self.time_zone}”这个时区。"
        for key in ("school_year_starts", "spring_term_starts"):
            if not _is_month_day(getattr(self, key)):
                yield f"{key} 应为“月-日”（如 09-01），写的是“{getattr(self, key)}”。"

    def level_name(self, code: str) -> str:
        """The local name of a level; empty when the region does not have it."""
        return next((level.name for level in self.levels if level.code == code), "")


@dataclass(frozen=True, kw_only=True)
class FilesProfile:
    """How large files may be."""

    image_mb: int = setting(
        10, unit="MB", label="图片上限", source="design", minimum=1, maximum=100
    )
    document_mb: int = setting(
        50, unit="MB", label="文档上限", source="design", minimum=1, maximum=500
    )
    audio_mb: int = setting(
        50, unit="MB", label="音频上限", source="design", minimum=1, maximum=500
    )
    video_mb: int = setting(
        1024, unit="MB", label="视频上限", source="design", minimum=50, maximum=10240
    )
    import_mb: int = setting(
        20, unit="MB", label="导入表格上限", source="design", minimum=1, maximum=100
    )
    import_rows: int = setting(
        50_000, unit="行", label="导入表格行数上限", source="design", minimum=100, maximum=500_000
    )
    unpacked_mb: int = setting(
        200,
        unit="MB",
        label="压缩包解开后上限",
        source="design",
        help="防止很小的压缩包解开后占满磁盘。",
        minimum=10,
        maximum=4096,
    )


@dataclass(frozen=True, kw_only=True)
class AuditProfile:
    """How long traces are kept."""

    log_days: int = setting(
        1095,
        unit="天",
        label="操作日志保存",
        source="law",
        help="国家规定不少于六个月。",
        minimum=180,
        maximum=36500,
    )
    message_days: int = setting(
        365, unit="天", label="站内消息保存", source="design", minimum=30, maximum=3650
    )
    dead_job_days: int = setting(
        90, unit="天", label="失败任务保存", source="design", minimum=7, maximum=3650
    )


def _is_month_day(text: str) -> bool:
    try:
        date.fromisoformat(f"2024-{text}")
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d\d-\d\d", text))


register("region", RegionProfile, label="区域")
register("files", FilesProfile, label="文件")
register("audit", AuditProfile, label="日志")
