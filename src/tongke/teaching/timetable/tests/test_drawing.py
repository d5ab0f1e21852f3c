"""The week on the clock: shapes where the minutes say, and nothing outside the sheet."""

from tongke.teaching.timetable.drawing import AXIS, HEAD, Column, Drawing, Entry, Span, draw, sheet
from tongke.teaching.timetable.slots import options, solve
from tongke.teaching.timetable.tests.slot_cases import course, problem

COLUMNS = [Column("a", "栖云中心小学"), Column("b", "鹿回湾教学点")]


def small(**over: object) -> Drawing:
    """One lesson in the second column and one that both columns have."""
    entries = [Entry("b", 2, 515, 555, "体育与健康", "鹿回湾第 1 节")]
    spans = [Span(("a", "b"), 1, 605, 640, "五年级音乐", "共同 35 分钟")]
    return sheet(COLUMNS, entries, spans, weekdays=(1, 2), title="一周")


def test_a_minute_is_a_unit_and_the_axis_begins_at_the_full_hour() -> None:
    drawing = small()

    entry, span = drawing.blocks
    assert (entry.y, entry.height) == (HEAD + 515 - 480, 40)
    assert (span.y, span.height) == (HEAD + 605 - 480, 35)
    hours = [text.words for text in drawing.heads if ":" in text.words]
    assert hours == ["08:00", "09:00", "10:00", "11:00"]


def test_columns_stand_beside_each_other_and_a_span_covers_them() -> None:
    drawing = small()

    entry, span = drawing.blocks
    assert span.x == AXIS + 1
    assert span.width == 2 * (entry.width + 2) - 2
    assert entry.x > span.x + span.width
    assert max(block.x + block.width for block in drawing.blocks) <= drawing.width
    assert [line.words for line in span.lines] == ["五年级音乐", "10:05–10:40"]
    assert drawing.legend == (("primary", "栖云中心小学"), ("teal", "鹿回湾教学点"))


def test_one_day_alone_fits_a_phone() -> None:
    entries = [Entry("b", 2, 515, 555, "体育", "")]

    drawing = sheet(COLUMNS, entries, [], weekdays=(2,), title="周二")

    assert drawing.width <= 340
    assert len(drawing.blocks) == 1


def test_an_empty_week_is_still_a_sheet() -> None:
    drawing = sheet(COLUMNS, [], [], weekdays=(1,), title="空")

    assert (drawing.blocks, drawing.height > 500) == ((), True)


def test_a_plan_is_drawn_with_bells_lessons_and_free_times() -> None:
    case = problem(course())
    plan = solve(case)

    planned = draw(case, course(), plan.slots)
    moving = draw(case, course(), [], options(case, course()))

    assert [block.title for block in planned.blocks if block.fill == "button"]
    assert not [block for block in planned.blocks if block.dashed]
    free = [block for block in moving.blocks if block.dashed]
    assert len(free) == len([one for one in options(case, course()) if one.slot])
    assert {block.fill for block in moving.blocks} == {"inset", "ok-weak"}
