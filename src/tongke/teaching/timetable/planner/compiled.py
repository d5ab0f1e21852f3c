"""Compilation of the search's inner loops to machine code, kept on disk between processes."""

import inspect
import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from tongke.teaching.timetable.planner.arrays import I64

P = ParamSpec("P")
R = TypeVar("R")

PLAIN = os.environ.get("TONGKE_PLANNER") == "plain"
"""Whether this process only asks small questions (`options`), for which compiled loops are not
worth the seconds and the memory that loading them takes: the web process, beside live lessons."""

numba: Any = None
if not PLAIN:
    with suppress(ImportError):  # an interpreter newer than numba
        numba = import_module("numba")

SOURCES = ("arrays", "compiled", "day_kernel", "group_kernel", "kernel", "moves", "anneal")
"""Modules whose functions are compiled; a change of one makes all be compiled anew."""

COMPILED = numba is not None
"""Whether loops are compiled; without numba the same code runs, some hundred times slower."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function for exactly the types it is annotated with: I64, int, float, bool, None.

    The first import in a new installation compiles (some ten seconds for the whole search); later
    processes load the result. Other threads run while a compiled function does.
    """
    if not COMPILED:
        return function
    signature = inspect.signature(function)
    takes = [_type(one.annotation) for one in signature.parameters.values()]
    gives = _type(signature.return_annotation)
    dispatcher = numba.njit(nogil=True)(function)
    dispatcher.enable_caching()
    # By itself numba would miss that a function called from another file has changed.
    dispatcher._cache._cache_file._source_stamp = _stamp()
    dispatcher.compile(gives(*takes))
    dispatcher.disable_compile()
    result: Callable[P, R] = dispatcher
    return result


@lru_cache(maxsize=1)
def _stamp() -> tuple[tuple[str, int, int], ...]:
    """Age and size of the files compiled functions call each other across."""
    files = [Path(__file__).with_name(f"{name}.py") for name in SOURCES]
    return tuple((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files)


def _type(annotation: object) -> Any:
    if annotation == I64:
        return numba.int64[::1]
    simple = {int: "int64", float: "float64", bool: "boolean", None: "void"}
    for python, name in simple.items():
        if annotation is python:
            return getattr(numba, name)
    raise TypeError(f"cannot compile for {annotation}")
