"""The indicator registry: each indicator is a declaration, computed from extracts only.

An indicator says what it means, what its numerator and denominator are, and gives one Ibis
expression with a fixed shape: one row a source row, with ``school_id``, ``week`` (0 when it has
none), ``term``, ``numerator`` and ``denominator``. Totals, roll-up to the organisation tree, trends
and drill-down all follow from that one expression, so they cannot disagree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Tables = Mapping[str, Any]


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        code: short name in addresses; `row`: its row in the indicator list (I-04 …).
        numerator, denominator: in words.
        rows: the expression over the extracts; besides the fixed columns it may carry any that
            make the drill-down readable, listed in `shown` as column → Chinese heading.
        small_cells: whether a denominator under the region's least number hides the percentage.
    """

    code: str
    row: str
    name: str
    definition: str
    numerator: str
    denominator: str
    owner: str
    source: str
    rows: Callable[[Tables], Any]
    shown: Mapping[str, str]
    unit: str = "%"
    small_cells: bool = True


_INDICATORS: dict[str, Indicator] = {}


def declare(indicator: Indicator) -> Indicator:
    """Put an indicator into the registry."""
    assert indicator.code not in _INDICATORS, indicator.code
    _INDICATORS[indicator.code] = indicator
    return indicator


def indicators() -> list[Indicator]:
    """Every indicator in the order of declaration."""
    return list(_INDICATORS.values())


def indicator(code: str) -> Indicator | None:
    """One indicator by its code."""
    return _INDICATORS.get(code)


def _held(tables: Tables) -> Any:
    """Lessons whose day has passed (or that ended): held over planned."""
    lessons = tables["lessons"]
    classes = tables["lesson_classes"]
    due = lessons.filter(lessons.state.isin(["held", "not_held"]))
    return due.join(classes, "lesson_id").select(
        school_id=classes.school_id,
        term=due.term,
        week=due.week,
        numerator=due.held.cast("float64"),
        denominator=due.planned.cast("float64"),
        day=due.day,
        lesson_id=due.lesson_id,
        subject=due.subject,
        state=due.state,
        side=classes.side,
    )


def _offered(tables: Tables) -> Any:
    rows = tables["completeness"]
    return rows.select(
        school_id=rows.school_id,
        term=rows.term,
        week=rows.class_id.cast("int64") * 0,
        numerator=rows.offered.cast("float64"),
        denominator=(rows.class_id * 0 + 1).cast("float64"),
        class_id=rows.class_id,
        subject=rows.subject,
        required=rows.required,
        given=rows.given,
    )


def _participation(tables: Tables) -> Any:
    lessons = tables["lessons"]
    held = lessons.filter(lessons.state == "held")
    rows = tables["participation"]
    asked = rows.filter((rows.questions > 0) & rows.present.notnull())
    return held.join(asked, "lesson_id").select(
        school_id=asked.school_id,
        term=held.term,
        week=held.week,
        numerator=asked.answered_pupils.cast("float64"),
        denominator=asked.present.cast("float64"),
        day=held.day,
        lesson_id=held.lesson_id,
        class_id=asked.class_id,
        questions=asked.questions,
    )


HELD = declare(
    Indicator(
        code="held",
        row="I-60",
        name="联合课开出率",
        definition="已到时间的联合课中，按计划上成的占多少；一节课按参加的每个班各计一次。",
        numerator="已上课的班次",
        denominator="应上课的班次（已上课与未上课之和）",
        owner="电教中心",
        source="S-150",
        rows=_held,
        shown={
            "day": "日期", "lesson_id": "课次", "subject": "学科", "side": "端", "state": "状态",
        },
    )
)  # fmt: skip
OFFERED = declare(
    Indicator(
        code="offered",
        row="I-04",
        name="开齐率",
        definition="各班国家课程方案要求的学科中，课表上开了的占多少；逐班逐科计。",
        numerator="已开设的学科数",
        denominator="应开设的学科数",
        owner="教研室",
        source="S-003",
        rows=_offered,
        shown={"class_id": "班级", "subject": "学科", "required": "应开课时", "given": "已开课时"},
    )
)
PARTICIPATION = declare(
    Indicator(
        code="participation",
        row="I-60",
        name="随堂问参与率",
        definition="有随堂问的联合课里，到课学生中至少答过一次的占多少。",
        numerator="答过随堂问的学生人次",
        denominator="到课学生人次",
        owner="教研室",
        source="S-054",
        rows=_participation,
        shown={"day": "日期", "lesson_id": "课次", "class_id": "班级", "questions": "随堂问数"},
    )
)
