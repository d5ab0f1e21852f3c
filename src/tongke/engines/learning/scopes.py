"""Another question learning asks upward: into whose learning may this actor look, and how far?"""

from collections.abc import Callable
from dataclasses import dataclass

from tongke.foundation.people.actors import Actor


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
_RULES: list[ScopeRule] = []


def register_scope(rule: ScopeRule) -> None:
    """Answer `scopes` from the package that knows who teaches whom."""
    if rule not in _RULES:
        _RULES.append(rule)


def scopes(actor: Actor) -> list[ClassScope]:
    """Every class and subject the actor may look into; each once, the widest right wins."""
    best: dict[tuple[int, str], ClassScope] = {}
    for rule in _RULES:
        for one in rule(actor):
            known = best.get((one.class_id, one.subject_code))
            if known is None or (one.pupils and not known.pupils) or (one.group and not known.group):
                best[one.class_id, one.subject_code] = one
    return list(best.values())
