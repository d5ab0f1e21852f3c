"""The matrix: one row for every address, by package."""

from tests.access.row import Row
from tests.access.rows import (
    changes,
    classroom,
    continuity,
    electives,
    engines,
    foundation,
    people,
    plans,
    portal,
    rollout,
    teaching,
    timetable,
)

ROWS: dict[str, Row] = {}
_MODULES = (
    portal,
    people,
    foundation,
    engines,
    timetable,
    classroom,
    teaching,
    continuity,
    changes,
    electives,
    plans,
    rollout,
)
for _module in _MODULES:
    for _row in _module.ROWS:
        assert _row.name not in ROWS, f"{_row.name} has two rows"
        ROWS[_row.name] = _row
