"""The registry of consortia as a spreadsheet."""

from collections.abc import Iterable, Iterator
from typing import Any

from tongke.core.profile import current
from tongke.core.spreadsheets import Column, Sheet
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.engines.communities.queries import Line


def consortia_sheet() -> Sheet:
    """One row per consortium; listening schools in one cell, separated by 、."""
    patterns = [(each.code, each.name) for each in current(CommunitiesProfile).patterns]
    return Sheet(
        "consortia",
        "教学共同体",
        (
            Column("共同体名称", "name", required=True, unique=True, most=60, example="示例共同体"),
            Column("结对方式", "pattern", "choice", choices=patterns, example=patterns[0][0]),
            Column("中心校", "centre", required=True, help="学校全称。", example="示例中心小学"),
            Column(
                "听讲校（点）", "listening", most=600, width=40, aliases=("听讲校",),
                help="学校全称，几所之间用、隔开。", example="示例教学点、示例小学",
            ),
            Column("起始日期", "since", "date", required=True),
            Column("结束日期", "until", "date", help="导入时不用填。"),
            Column("说明", "purpose", most=200, width=40, symbols=True),
        ),
    )  # fmt: skip


def consortia_rows(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """The export's rows."""
    for line in lines:
        yield {
            "name": line.community.name,
            "pattern": line.community.pattern or None,
            "centre": line.centre.name if line.centre else "",
            "listening": "、".join(each.name for each in line.listening),
            "since": line.community.since,
            "until": line.community.until,
            "purpose": line.community.purpose,
        }
