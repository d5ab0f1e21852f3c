"""How a package publishes its facts for analytics: documented tables, read by monitor only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["int", "float", "text", "bool", "date", "datetime"]


@dataclass(frozen=True)
class Column:
    """One column of an extract: its name, kind, and what it means with its unit."""

    name: str
    kind: Kind
    doc: str


@dataclass(frozen=True)
class Extract:
    """A table of facts; `rows` yields tuples in the order of `columns`, read in one pass."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[tuple[object, ...]]]
