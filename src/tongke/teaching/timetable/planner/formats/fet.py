"""FET's `.fet` files, versions 5 and 6, in and out.

What the planner has no rule for is never dropped in silence: `load` names it in its notes, and a
file that asks for such a thing at 100 % says so with `Note.hard`.
"""

from tongke.teaching.timetable.planner.formats.fet_kinds import METHODS
from tongke.teaching.timetable.planner.formats.fet_read import Note, Reader
from tongke.teaching.timetable.planner.formats.fet_rules import Constraints
from tongke.teaching.timetable.planner.formats.fet_write import dump
from tongke.teaching.timetable.planner.model import Problem

__all__ = ["Note", "dump", "load"]


def load(data: bytes) -> tuple[Problem, tuple[Note, ...]]:
    """The problem of a `.fet` file, and what of it the planner does not know.

    A timetable that breaks no hard rule is one FET would accept too, if no note is `hard`.

    Raises:
        BadFile: the file is broken, contradicts itself, or is too big.
    """
    reader = Reader(data)
    return Constraints(reader, METHODS).problem(), tuple(reader.notes.values())
