"""Workbooks of course choice: offers, rolls and results, seats, what returns home, the network."""

from collections.abc import Iterable, Mapping

from tongke.core.spreadsheets import Column, Sheet, export_xlsx, read
from tongke.foundation.people.models import Person
from tongke.teaching.electives.models import Offer, Result, Seat
from tongke.teaching.electives.queries.meetings import RollLine
from tongke.teaching.electives.queries.network import SchoolLine
from tongke.teaching.electives.services.meetings import NewResult

OFFERS = Sheet(
    "offers", "选课课程",
    (
        Column("课程", "title", width=20), Column("类型", "kind"),
        Column("学校", "school", width=20),
        Column("教师", "teacher"), Column("学科", "subject"), Column("年级", "grades", width=20),
        Column("上课方式", "form"), Column("教学班", "sections", "integer"),
        Column("名额", "seats", "integer"), Column("状态", "state"),
    ),
)  # fmt: skip
RESULTS = Sheet(
    "section-results", "教学班成绩",
    (
        Column("学籍号", "number", "code", required=True, unique=True, example="S2026001"),
        Column("姓名", "name", required=True, example="示例甲"),
        Column("学校", "school", width=18), Column("班级", "school_class", width=16),
        Column("到课", "here", "integer"), Column("已点名", "of", "integer"),
        Column("等第", "level", "choice", choices=list(Result.Level.choices)),
        Column("得分", "score", "decimal", least_value=0, most_value=100),
        Column("评语", "words", width=30),
    ),
    notes=("只读学籍号、等第、得分和评语；等第空着的行不改。",),
)  # fmt: skip
SEATS = Sheet(
    "seats", "选课结果",
    (
        Column("选课顺序", "turn", "integer"), Column("学校", "school", width=18),
        Column("班级", "school_class", width=16), Column("学生", "name"),
        Column("课程", "course", width=22), Column("志愿", "rank", "integer"),
        Column("结果", "state"), Column("说明", "why", width=50),
    ),
)  # fmt: skip
RETURNS = Sheet(
    "returns", "外出选课情况",
    (
        Column("班级", "school_class", width=16), Column("学生", "name"),
        Column("课程", "course", width=22), Column("开课学校", "school", width=18),
        Column("状态", "state"), Column("到课", "here", "integer"),
        Column("已点名", "of", "integer"), Column("等第", "level"),
        Column("得分", "score", "decimal"),
        Column("评语", "words", width=30),
    ),
)  # fmt: skip
NETWORK = Sheet(
    "network", "课联网",
    (
        Column("学校", "school", width=20), Column("发布课程", "offered", "integer"),
        Column("面向各校", "shared", "integer"), Column("本校被选人次", "chosen", "integer"),
        Column("其中外校学生", "outside", "integer"),
        Column("本校学生选外校人次", "away", "integer"),
    ),
)  # fmt: skip


def offers_book(rows: Iterable[Offer]) -> bytes:
    """Offers of a list."""
    return export_xlsx(
        OFFERS,
        (
            {
                "title": one.title, "kind": one.get_kind_display(), "school": one.school.name,
                "teacher": one.teacher.name, "subject": one.subject.name,
                "grades": "、".join(grade.name for grade in one.grades.all()),
                "form": one.get_form_display(), "state": one.get_state_display(),
                "sections": getattr(one, "section_count", None),
                "seats": getattr(one, "seats", None),
            }
            for one in rows
        ),
    )  # fmt: skip


def _line(line: RollLine) -> dict[str, object]:
    result = line.result
    return {
        "number": line.pupil.number, "name": line.pupil.name,
        "school": line.home.school.short_name if line.home else "",
        "school_class": line.home.name if line.home else "", "here": line.here, "of": line.of,
        "level": result.level if result else None, "score": result.score if result else None,
        "words": result.words if result else "",
    }  # fmt: skip


def roll_book(lines: Iterable[RollLine]) -> bytes:
    """A section's roll; it can be filled in and imported again."""
    return export_xlsx(RESULTS, (_line(each) for each in lines))


def read_results(
    data: bytes, name: str, pupils: Mapping[str, Person]
) -> tuple[list[NewResult], list[str]]:
    """The results that a workbook holds for these pupils (by number), or what is wrong with it."""
    table = read(data, name, RESULTS)
    errors = list(table.errors)
    rows = []
    for row in table.rows:
        errors += [f"第 {row.number} 行：{words}" for words in row.errors]
        pupil = pupils.get(str(row.values.get("number") or ""))
        if pupil is None and not row.errors:
            errors.append(f"第 {row.number} 行：学籍号不在本教学班的名单里。")
        elif pupil is not None and row.values.get("level"):
            rows.append(
                NewResult(
                    pupil=pupil.pk, level=str(row.values["level"]), score=row.values.get("score"),
                    words=str(row.values.get("words") or ""),
                )
            )  # fmt: skip
    return rows, errors


def seats_book(rows: Iterable[tuple[Seat, str, str]]) -> bytes:
    """A round's outcome, line by line: seat, school, class."""
    return export_xlsx(
        SEATS,
        (
            {
                "turn": seat.turn, "school": school, "school_class": klass,
                "name": seat.pupil.name, "course": str(seat.section), "rank": seat.rank,
                "state": seat.get_state_display(), "why": seat.why,
            }
            for seat, school, klass in rows
        ),
    )  # fmt: skip


def returns_book(lines: Iterable[RollLine]) -> bytes:
    """Presence and results of the home school's pupils."""
    return export_xlsx(
        RETURNS,
        (
            {
                **_line(line), "course": str(line.seat.section),
                "school": line.seat.section.offer.school.short_name,
                "state": line.seat.get_state_display(),
                "level": line.result.get_level_display() if line.result else "",
            }
            for line in lines
        ),
    )  # fmt: skip


def network_book(lines: Iterable[SchoolLine]) -> bytes:
    """The network school by school."""
    return export_xlsx(
        NETWORK,
        (
            {
                "school": line.school.name, "offered": line.offered, "shared": line.shared,
                "chosen": line.chosen, "outside": line.outside, "away": line.away,
            }
            for line in lines
        ),
    )  # fmt: skip
