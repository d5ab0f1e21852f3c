"""What the monitor takes from the region profile: targets, margins, and what counts as use."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tongke.core.profile import REQUIRED, register, setting

STATUSES = ("stated", "recovered", "inferred", "unknown")


@dataclass(frozen=True, kw_only=True)
class Target:
    """What an indicator should reach, by when.

    `indicator` is the row of the requirements (I-05); `status` says how the number is known:
    stated in the plan, recovered from a reprint, inferred by us, or unknown and a placeholder.
    """

    indicator: str = setting(REQUIRED, label="指标", source="S-150", minimum=4, maximum=8)
    name: str = setting(REQUIRED, label="名称", source="S-150", minimum=2, maximum=30)
    value: float = setting(REQUIRED, unit="（见单位列）", label="目标值", source="S-150", minimum=0)
    unit: str = setting(REQUIRED, label="单位", source="A-87", minimum=1, maximum=8)
    by: date | None = setting(  # noqa: RUF009 - setting() returns a field
        None, label="期限", source="S-150", help="没有期限就不写。"
    )
    status: str = setting("stated", label="数字来历", source="S-150", choices=STATUSES)
    note: str = setting("", label="说明", source="S-150", maximum=80)


@dataclass(frozen=True, kw_only=True)
class MonitorProfile:
    """Targets of indicators and the lines that decide words such as 常态化."""

    targets: tuple[Target, ...] = setting(
        (
            Target(indicator="I-04", name="开齐率", value=100, unit="%"),
            Target(indicator="I-05", name="开足率", value=100, unit="%"),
            Target(indicator="I-08", name="常态化应用", value=100, unit="%", note="学校占比"),
            Target(indicator="I-59", name="工作量入账", value=100, unit="%"),
        ),
        label="指标目标",
        source="S-150",
    )
    warn_margin_points: int = setting(
        5,
        unit="个百分点",
        label="黄色提醒范围",
        source="S-150",
        help="离目标不超过这个数为黄色，超过为红色。",
        minimum=0,
        maximum=50,
    )
    held_target_percent: int = setting(
        95, unit="%", label="计划课开出率目标", source="S-150", minimum=0, maximum=100
    )
    regular_weeks_percent: int = setting(
        80,
        unit="%",
        label="常态化：有课的周占比",
        source="A-86",
        help="政策没有给出数字；教学周中至少这么多周按计划上了课，才算常态化应用。",
        minimum=10,
        maximum=100,
    )
    regular_held_percent: int = setting(
        80,
        unit="%",
        label="常态化：计划课开出率",
        source="A-86",
        minimum=10,
        maximum=100,
    )
    ready_line_percent: int = setting(
        95, unit="%", label="“基本覆盖”从多少算起", source="I-07", minimum=50, maximum=100
    )
    active_days: int = setting(
        30,
        unit="天",
        label="多久内用过算“应用”",
        source="A-04",
        help="空间应用率、资源使用率按这个天数计算。",
        minimum=7,
        maximum=190,
    )
    small_cell_rows: int = setting(
        5,
        unit="条",
        label="分母最少条数",
        source="design",
        help="分母少于这个数时只写“样本少”，不显示百分比。",
        minimum=1,
        maximum=50,
    )
    refresh_minutes: int = setting(
        15, unit="分钟", label="多久重新计算", source="S-150", minimum=1, maximum=1440
    )
    bulletin_day: int = setting(
        5, unit="日", label="每月几日出通报", source="S-151", minimum=1, maximum=28
    )

    def check(self) -> Iterator[str]:
        """A percentage is at most 100; one target for an indicator and date."""
        seen: set[tuple[str, str, date | None]] = set()
        for target in self.targets:
            where = f"targets 的 {target.indicator}“{target.name}”"
            if target.unit == "%" and target.value > 100:
                yield f"{where}：百分比不能大于 100。"
            if (target.indicator, target.name, target.by) in seen:
                yield f"{where}：写了两次。"
            seen.add((target.indicator, target.name, target.by))

    def target(self, indicator: str, on: date) -> Target | None:
        """The target that applies on a day: the next to fall due, else the last one."""
        mine = [one for one in self.targets if one.indicator == indicator]
        due = sorted((one for one in mine if one.by), key=lambda one: one.by or on)
        open_ended = [one for one in mine if not one.by]
        ahead = [one for one in due if one.by and one.by >= on]
        return next(iter([*ahead, *open_ended, *reversed(due)]), None)


register("monitor", MonitorProfile, label="监测")
