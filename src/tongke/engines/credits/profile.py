"""What the ledger takes from the region profile: what a task counts, and training hours."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongke.core.profile import REQUIRED, register, setting

ROLES = ("host", "assistant", "presenter", "observer", "author", "organiser")


@dataclass(frozen=True, kw_only=True)
class WorkloadRule:
    """What one task in one role counts; `form` is a form of lesson or a kind of activity."""

    role: str = setting(REQUIRED, label="角色", source="S-154", choices=ROLES)
    form: str = setting(REQUIRED, label="课堂形态或活动", source="S-154", maximum=20)
    amount: float = setting(
        REQUIRED, unit="节", label="每次计", source="S-154", minimum=0, maximum=20
    )
    note: str = setting("", label="说明", source="S-154", maximum=60)


def _rule(role: str, form: str, amount: float, note: str) -> WorkloadRule:
    return WorkloadRule(role=role, form=form, amount=amount, note=note)


@dataclass(frozen=True, kw_only=True)
class CreditsProfile:
    """How much a teaching or research task counts; each entry keeps the version it was made by."""

    workload_version: str = setting(
        "2025-1",
        label="工作量规则版本",
        source="S-154",
        help="改了任何一条规则就要换版本；已入账的条目不变。",
        minimum=3,
        maximum=20,
    )
    workload_unit: str = setting("节", label="工作量单位", source="S-154", maximum=8)
    workload: tuple[WorkloadRule, ...] = setting(
        (
            _rule("host", "delivered", 1.5, "主讲一节专递课，含备课和批改两端作业"),
            _rule("assistant", "delivered", 0.8, "听讲端辅导一节专递课"),
            _rule("host", "sync", 1.5, "主讲一节同步互动课"),
            _rule("assistant", "sync", 0.8, "听讲端组织一节同步互动课"),
            _rule("host", "resource", 1.0, "用数字资源上一节课"),
            _rule("assistant", "resource", 0.8, "辅导一节数字资源课"),
            _rule("host", "substitute", 1.0, "代一节课"),
            _rule("host", "media", 1.0, "用多媒体上一节课"),
            _rule("assistant", "media", 0.8, "辅导一节多媒体课"),
            _rule("presenter", "demo", 2.0, "上一节示范课或公开课"),
            _rule("observer", "demo", 0.5, "听评一节示范课"),
            _rule("author", "micro", 1.0, "录制并通过审核一个微课"),
            _rule("organiser", "activity", 1.0, "组织一次教研活动"),
        ),
        label="工作量规则",
        source="S-154",
        minimum=1,
    )
    unlisted_amount: float = setting(
        1.0,
        unit="节",
        label="规则未列出的课计",
        source="S-154",
        minimum=0,
        maximum=5,
    )
    training_years: int = setting(
        3, unit="年", label="研训周期", source="S-107", minimum=1, maximum=6
    )
    training_online_hours: int = setting(
        25, unit="学时", label="网络研修最少学时", source="S-107", minimum=0, maximum=500
    )
    training_practice_hours: int = setting(
        25, unit="学时", label="校本实践最少学时", source="S-107", minimum=0, maximum=500
    )
    training_total_hours: int = setting(
        50,
        unit="学时",
        label="周期总学时",
        source="S-107",
        help="两部分各自达标，多出的不能互抵。",
        minimum=0,
        maximum=1000,
    )
    precredited_most_hours: int = setting(
        10,
        unit="学时",
        label="预先认定学时上限",
        source="I-28",
        help="只计入网络研修部分。",
        minimum=0,
        maximum=100,
    )
    minutes_per_hour: int = setting(
        45, unit="分钟", label="一学时折合", source="design", minimum=30, maximum=60
    )

    def check(self) -> Iterator[str]:
        """One rule for each role and form; the parts fit into the total."""
        keys = [(rule.role, rule.form) for rule in self.workload]
        if len(keys) != len(set(keys)):
            yield "workload 里同一角色、同一形态只能有一条规则。"
        parts = self.training_online_hours + self.training_practice_hours
        if parts > self.training_total_hours:
            yield f"网络研修与校本实践合计 {parts} 学时，超过周期总学时。"

    def rule(self, role: str, form: str) -> WorkloadRule:
        """The rule for a role in a form; when none is listed, one with the fallback amount."""
        for one in self.workload:
            if (one.role, one.form) == (role, form):
                return one
        return WorkloadRule(role=role, form=form, amount=self.unlisted_amount, note="未列出")


register("credits", CreditsProfile, label="工作量与学时")
