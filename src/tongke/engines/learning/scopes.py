"""Two more questions learning asks upward: who may look how far, and who teaches whom what?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import SchoolClass


@dataclass(frozen=True)
class ClassScope:
    """One class in one subject that an actor may look into.

    Attributes:
        subject_code: whose key points may be seen.
        pupils: whether single pupils may be seen, or only the class as a whole.
        group: scopes of one group (a course) may be set side by side; empty for none.
        side: ``host`` or ``listening`` inside the group; empty otherwise.
    """

    class_id: int
    subject_code: str
    pupils: bool
    group: str = ""
    side: str = ""


ScopeRule = Callable[[Actor], list[ClassScope]]
TeacherRule = Callable[[SchoolClass, str, date], set[int]]
_RULES: list[ScopeRule] = []
_TEACHERS: list[TeacherRule] = []


def register_scope(rule: ScopeRule) -> None:
    """Answer `scopes` from the package that knows who teaches whom."""
    if rule not in _RULES:
        _RULES.append(rule)


def register_teachers(rule: TeacherRule) -> None:
    """Answer `teachers` from the package that knows who teaches whom."""
    if rule not in _TEACHERS:
        _TEACHERS.append(rule)


def scopes(actor: Actor) -> list[ClassScope]:
    """Every class and subject the actor may look into; each once, the widest right wins."""
    best: dict[tuple[int, str], ClassScope] = {}
    for rule in _RULES:
        for one in rule(actor):
            known = best.get((one.class_id, one.subject_code))
            if known is None or _width(one) > _width(known):
                best[one.class_id, one.subject_code] = one
    return list(best.values())


def _width(one: ClassScope) -> tuple[bool, bool]:
    return one.pupils, bool(one.group)


def teachers(school_class: SchoolClass, subject_code: str, today: date) -> set[int]:
    """The persons who teach a class a subject on a day."""
    return {pk for rule in _TEACHERS for pk in rule(school_class, subject_code, today)}
