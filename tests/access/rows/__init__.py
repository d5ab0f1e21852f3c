"""The matrix: one row for every address, by package."""

from tests.access.row import Row
from tests.access.rows import classroom, engines, foundation, people, portal, teaching, timetable

ROWS: dict[str, Row] = {}
for _module in (portal, people, foundation, engines, timetable, classroom, teaching):
    for _row in _module.ROWS:
        assert _row.name not in ROWS, f"{_row.name} has two rows"
        ROWS[_row.name] = _row
