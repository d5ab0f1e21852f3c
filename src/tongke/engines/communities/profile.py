"""What communities take from the region profile: types, patterns, rules and yearly activities."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting


@dataclass(frozen=True, kw_only=True)
class CommunityType:
    """A kind of community; `six` marks those the region counts among its six (六联体)."""

    code: str = setting(REQUIRED, label="类型代码", source="S-133", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="类型名称", source="S-133", minimum=2, maximum=20)
    six: bool = setting(default=False, label="列入六联体", source="A-12")
    summary: str = setting("", label="说明", source="S-133", maximum=80)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How one delivering school and its listening schools belong together."""

    code: str = setting(REQUIRED, label="结对方式代码", source="S-002", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="结对方式", source="S-002", minimum=2, maximum=20)


@dataclass(frozen=True, kw_only=True)
class UnifiedItem:
    """One item of the virtual school's unified management."""

    code: str = setting(REQUIRED, label="事项代码", source="S-001", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="事项名称", source="S-001", minimum=2, maximum=20)


@dataclass(frozen=True, kw_only=True)
class ActivityType:
    """A kind of yearly activity between member schools; `group` as the region counts them."""

    code: str = setting(REQUIRED, label="活动代码", source="S-012", minimum=2, maximum=20)
    name: str = setting(REQUIRED, label="活动名称", source="S-012", minimum=2, maximum=20)
    group: str = setting(REQUIRED, label="活动组", source="S-012", minimum=2, maximum=20)


def _neutral(prefix: str, title: str, count: int) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{prefix}{number}", f"{title}{'一二三四五六七八九'[number - 1]}")
        for number in range(1, count + 1)
    )


@dataclass(frozen=True, kw_only=True)
class CommunitiesProfile:
    """The virtual school, consortia and other bonds between schools."""

    virtual_school_name: str = setting(
        "数字学校",
        label="数字学校名称",
        source="S-001",
        help="统管各教学共同体的虚拟学校，页面和报表上用这个名称。",
        minimum=2,
        maximum=30,
    )
    types: tuple[CommunityType, ...] = setting(
        (
            CommunityType(code="virtual", name="数字学校", summary="统管全区域的教学共同体"),
            CommunityType(
                code="consortium", name="教学共同体", summary="一所主讲学校带若干听讲学校"
            ),
            CommunityType(code="ugbs", name="高校政府企业学校共同体", six=True),
            CommunityType(code="subject", name="学科教师研修共同体", six=True),
            CommunityType(code="school", name="学校发展共同体", six=True),
            CommunityType(code="bond", name="城乡学生心连心共同体", six=True),
            CommunityType(code="course", name="课程教学共同体", six=True),
            CommunityType(code="k12", name="学科资源共建共同体", six=True),
            CommunityType(code="moral", name="家校德育共同体", six=True),
            CommunityType(code="pair", name="结对帮扶"),
            CommunityType(code="studio", name="名师工作室"),
            CommunityType(code="alliance", name="微课联盟"),
        ),
        label="共同体类型",
        source="S-133",
        minimum=2,
    )
    patterns: tuple[Pattern, ...] = setting(
        (
            Pattern(code="points", name="一校带多点"),
            Pattern(code="schools", name="一校带多校"),
            Pattern(code="centre", name="中心学校带教学点"),
        ),
        label="结对方式",
        source="S-002",
        minimum=1,
    )
    unified_items: tuple[UnifiedItem, ...] = setting(
        tuple(UnifiedItem(code=c, name=n) for c, n in _neutral("item-", "统一管理事项", 6)),
        label="统一管理事项",
        source="S-001",
        help="政策只说有六项，没有列出；主管部门定下名称后在区域配置里改。",
    )
    activity_types: tuple[ActivityType, ...] = setting(
        tuple(
            ActivityType(code=c, name=n, group=g)
            for g, pairs in (
                ("节会", _neutral("fest-", "校际活动", 5)),
                ("送研", _neutral("send-", "送教研训", 5)),
            )
            for c, n in pairs
        ),
        label="校际活动类型",
        source="S-012",
        help="政策只有总称，没有列出；名称由主管部门定。",
    )
    consortium_target: int = setting(
        0,
        unit="组",
        label="教学共同体目标组数",
        source="I-01",
        help="0 表示没有目标。",
        minimum=0,
        maximum=500,
    )
    max_listening_schools: int = setting(
        6,
        unit="所",
        label="一组共同体听讲学校上限",
        source="S-002",
        minimum=1,
        maximum=50,
    )

    def check(self) -> Iterator[str]:
        """Codes once; the two types that the platform itself needs are there."""
        for key in ("types", "patterns", "unified_items", "activity_types"):
            codes = [one.code for one in getattr(self, key)]
            if len(codes) != len(set(codes)):
                yield f"{key} 的代码不能重复。"
        for code in sorted({"virtual", "consortium"} - {one.code for one in self.types}):
            yield f"types 里必须有 {code}。"

    def type_name(self, code: str) -> str:
        """The Chinese name of a type of community; the code when it is unknown."""
        return next((one.name for one in self.types if one.code == code), code)

    def pattern_name(self, code: str) -> str:
        """The Chinese name of a pattern; the code when it is unknown."""
        return next((one.name for one in self.patterns if one.code == code), code)


register("communities", CommunitiesProfile, label="共同体")
