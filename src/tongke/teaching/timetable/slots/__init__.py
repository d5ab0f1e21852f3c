"""Weekly slots for joint courses, found on the clock because schools ring different bells.

Pure: plain dataclasses in and out, no Django. `solve` plans all courses of a region, `options`
answers "where may this course go, and why not elsewhere", `clashes` checks a plan from scratch.
Definition, worked example and limits: docs/algorithms/joint-slots.md.
"""

from tongke.teaching.timetable.slots.check import clashes
from tongke.teaching.timetable.slots.explain import Blocker, Option, options
from tongke.teaching.timetable.slots.model import (
    Bell,
    Busy,
    Course,
    Listener,
    Problem,
    Resource,
    Slot,
    WeakLine,
    Weights,
    clock,
    slot_name,
    weekday_name,
)
from tongke.teaching.timetable.slots.relax import Relaxation, Tally, Unplaced
from tongke.teaching.timetable.slots.solve import Plan, solve

__all__ = [
    "Bell",
    "Blocker",
    "Busy",
    "Course",
    "Listener",
    "Option",
    "Plan",
    "Problem",
    "Relaxation",
    "Resource",
    "Slot",
    "Tally",
    "Unplaced",
    "WeakLine",
    "Weights",
    "clashes",
    "clock",
    "options",
    "slot_name",
    "solve",
    "weekday_name",
]
