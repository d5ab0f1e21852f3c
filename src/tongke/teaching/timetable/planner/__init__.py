"""The school timetabler: problems as data in, timetables, reasons and repairs out.

Pure: no Django. `solve` searches, `check` and `score` judge from the definitions alone, `options`
answers "where may this lesson go, and why not elsewhere", `repair` changes little, `explain` says
which rules cannot hold together. Definitions and formulas: docs/algorithms/planner.md.
"""

from tongke.teaching.timetable.planner.check import check, legal, score
from tongke.teaching.timetable.planner.front import explain, options, repair, solve
from tongke.teaching.timetable.planner.model import (
    Activity,
    Busy,
    Grid,
    Period,
    Place,
    Problem,
    Rule,
    Time,
    Timetable,
    Violation,
)
from tongke.teaching.timetable.planner.outcome import (
    Blocker,
    Conflict,
    Explanation,
    Option,
    Outcome,
    Progress,
    Relaxation,
    Repair,
    Unplaced,
)
from tongke.teaching.timetable.slots.model import Resource

__all__ = [
    "Activity",
    "Blocker",
    "Busy",
    "Conflict",
    "Explanation",
    "Grid",
    "Option",
    "Outcome",
    "Period",
    "Place",
    "Problem",
    "Progress",
    "Relaxation",
    "Repair",
    "Resource",
    "Rule",
    "Time",
    "Timetable",
    "Unplaced",
    "Violation",
    "check",
    "explain",
    "legal",
    "options",
    "repair",
    "score",
    "solve",
]
