"""What the library takes from the region profile: micro-lessons, origins, coverage, quotas."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting


@dataclass(frozen=True, kw_only=True)
class ResourceOrigin:
    """Where a resource comes from."""

    code: str = setting(REQUIRED, label="来源代码", source="S-096", minimum=3, maximum=20)
    name: str = setting(REQUIRED, label="来源", source="S-096", minimum=2, maximum=20)


@dataclass(frozen=True, kw_only=True)
class CascadeStage:
    """A step of the way by which a micro-lesson comes into use."""

    code: str = setting(REQUIRED, label="环节代码", source="S-027", minimum=3, maximum=20)
    name: str = setting(REQUIRED, label="环节", source="S-027", minimum=2, maximum=20)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many resources of a kind are to be gathered in a year."""

    stage: str = setting(REQUIRED, label="学段", source="S-098")
    subject: str = setting("", label="学科代码", source="S-098", help="空着表示该学段合计。")
    kind: str = setting(REQUIRED, label="资源类型", source="S-098", maximum=20)
    count: int = setting(
        REQUIRED, unit="件", label="每年不少于", source="I-47", minimum=0, maximum=100_000
    )


@dataclass(frozen=True, kw_only=True)
class LibraryProfile:
    """Limits of resources and what the region wants to have of them."""

    micro_lesson_max_minutes: int = setting(
        5,
        unit="分钟",
        label="微课时长上限",
        source="I-11",
        help="超过的不能提交。",
        minimum=1,
        maximum=20,
    )
    micro_lesson_mb: int = setting(
        200, unit="MB", label="微课文件上限", source="S-026", minimum=10, maximum=1024
    )
    micro_lesson_min_height: int = setting(
        720, unit="像素", label="微课画面最低高度", source="S-033", minimum=360, maximum=2160
    )
    page_max_chars: int = setting(
        600, unit="字", label="讲解页字数上限", source="design", minimum=100, maximum=5000
    )
    page_max_minutes: int = setting(
        3, unit="分钟", label="讲解页阅读时间上限", source="design", minimum=1, maximum=15
    )
    origins: tuple[ResourceOrigin, ...] = setting(
        (
            ResourceOrigin(code="shared", name="共享免费"),
            ResourceOrigin(code="bought", name="合理引进"),
            ResourceOrigin(code="own", name="区域自建"),
        ),
        label="资源来源",
        source="S-096",
        minimum=1,
    )
    cascade: tuple[CascadeStage, ...] = setting(
        (
            CascadeStage(code="researcher", name="教研员先用"),
            CascadeStage(code="leader", name="教研组长和备课组长"),
            CascadeStage(code="teacher", name="任课教师"),
        ),
        label="微课推送环节",
        source="S-027",
        minimum=1,
    )
    course_reviews: tuple[str, ...] = setting(
        ("教研部门（内容）", "电教部门（技术）"),
        label="课程审核部门",
        source="S-032",
        help="全部通过才发布。",
        minimum=1,
        maximum=4,
    )
    coverage_percent: int = setting(
        100, unit="%", label="知识点微课覆盖目标", source="I-12", minimum=0, maximum=100
    )
    yearly_quotas: tuple[Quota, ...] = setting(
        (), label="年度汇聚任务", source="S-098", help="数量由主管部门每年下达；没有下达就空着。"
    )

    def check(self) -> Iterator[str]:
        """Codes once."""
        for key in ("origins", "cascade"):
            codes = [one.code for one in getattr(self, key)]
            if len(codes) != len(set(codes)):
                yield f"{key} 的代码不能重复。"


register("library", LibraryProfile, label="资源")
