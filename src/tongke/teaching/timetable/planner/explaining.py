"""`explain`: why no timetable meets all hard rules, and what to give up."""

import time
from dataclasses import replace
from itertools import product

from tongke.teaching.timetable.planner.counting import shortages
from tongke.teaching.timetable.planner.model import Problem, Rule
from tongke.teaching.timetable.planner.outcome import Blocker, Conflict, Explanation, Relaxation
from tongke.teaching.timetable.planner.proving import Proof

MOST_CONFLICTS = 4
MOST_RELAXATIONS = 12
SEARCH_SHARE = 0.3
"""Share of the time in which a timetable is looked for before a proof that there is none."""

MOST_SHOWN = 6
"""Rules named in a sentence; the others are counted."""


def explain(problem: Problem, *, seconds: float) -> Explanation:
    """See `planner.explain`."""
    until = time.monotonic() + seconds
    counted = [_tight(problem, conflict, until) for conflict in shortages(problem)]
    if any(not conflict.rules for conflict in counted):
        return Explanation(feasible=False, conflicts=tuple(counted))
    if not counted and _found(problem, seconds * SEARCH_SHARE):
        return Explanation(feasible=True)
    proof = Proof(problem)
    conflicts = _conflicts(problem, proof, counted, until)
    if not conflicts:
        return Explanation(feasible=_found(problem, until - time.monotonic()) or None)
    return Explanation(
        feasible=False,
        conflicts=tuple(conflicts),
        relaxations=tuple(_relaxations(problem, proof, conflicts, until)),
    )


def _tight(problem: Problem, conflict: Conflict, until: float) -> Conflict:
    """A counted conflict without the rules it does not need, as far as there is time."""
    who = {(one.kind, one.key) for one in conflict.blockers}
    theirs = tuple(
        one
        for one in problem.activities
        if any((each.kind, each.key) in who for each in (*one.classes, *one.teachers, *one.rooms))
    )
    keys = list(conflict.rules)
    for key in conflict.rules:
        if time.monotonic() > until:
            break
        rest = [one for one in keys if one != key]
        part = replace(
            problem,
            activities=theirs,
            rules=tuple(rule for rule in problem.rules if rule.key in set(rest)),
        )
        again = [one for one in shortages(part) if who & {(b.kind, b.key) for b in one.blockers}]
        if again:
            keys, conflict = rest, again[0]
    return replace(conflict, rules=tuple(keys))


def _conflicts(
    problem: Problem, proof: Proof, counted: list[Conflict], until: float
) -> list[Conflict]:
    """What counting found, and further conflicts among the other rules."""
    conflicts = list(counted)
    gone = {key for conflict in counted for key in conflict.rules}
    asked = [key for key in proof.switch if key not in gone]
    while len(conflicts) < len(counted) + MOST_CONFLICTS:
        found = proof.impossible(asked, until - time.monotonic())
        if not isinstance(found, list):
            break
        smallest = _smallest(proof, found, until)
        conflicts.append(_conflict(problem, smallest))
        if not smallest:
            break
        asked = [key for key in asked if key not in smallest]
    return conflicts


def _smallest(proof: Proof, keys: list[str], until: float) -> list[str]:
    """Leave out one rule after the other as long as the rest still cannot hold."""
    for key in list(keys):
        if time.monotonic() > until:
            break
        rest = [one for one in keys if one != key]
        found = proof.impossible(rest, min(2.0, until - time.monotonic()))
        if isinstance(found, list):
            keys = [one for one in rest if one in found]
    return keys


def _conflict(problem: Problem, keys: list[str]) -> Conflict:
    """A set of rules in words."""
    rules = [rule for rule in problem.rules if rule.key in set(keys)]
    names = "」「".join(rule.sentence for rule in rules[:MOST_SHOWN])
    more = f"等 {len(rules)} 条" if len(rules) > MOST_SHOWN else ""
    if not rules:
        sentence = "即使不管任何规则，也排不下：有人或教室的课比时间多"
    elif len(rules) == 1:
        sentence = f"「{names}」做不到：按它没有地方可排"
    else:
        sentence = f"「{names}」{more}不能同时做到；放宽其中任何一条即可"
    return Conflict(tuple(keys), sentence, tuple(_blockers(rules)))


def _blockers(rules: list[Rule]) -> list[Blocker]:
    """Whom the rules concern."""
    answer: dict[tuple[str, str], Blocker] = {}
    for rule in rules:
        who = getattr(rule.ask, "who", None)
        if isinstance(who, tuple) and len(who) == 2 and isinstance(who[0], str):
            kind, key = who
        else:
            kind, key = "rule", rule.key
        old = answer.get((kind, key))
        answer[kind, key] = Blocker(kind, key, rule.sentence, old.times + 1 if old else 1)
    return sorted(answer.values(), key=lambda one: -one.times)


def _relaxations(
    problem: Problem, proof: Proof, conflicts: list[Conflict], until: float
) -> list[Relaxation]:
    """One rule of each conflict, disproved where there is time to.

    A smallest set needs one of its rules to go; whether that is enough for all is asked of the
    proof as long as there is time.
    """
    sentences = {rule.key: rule.sentence for rule in problem.rules}
    answer: list[Relaxation] = []
    for choice in product(*(conflict.rules for conflict in conflicts if conflict.rules)):
        keys = tuple(dict.fromkeys(choice))
        if not keys or len(answer) >= MOST_RELAXATIONS:
            break
        left = until - time.monotonic()
        rest = [key for key in proof.switch if key not in keys]
        if left > 0 and isinstance(proof.impossible(rest, left), list):
            continue
        names = "」「".join(sentences[key] for key in keys)
        answer.append(Relaxation(keys, f"放宽「{names}」", len(keys)))
    return answer


def _found(problem: Problem, seconds: float) -> bool:
    """Whether the search finds a timetable in so many seconds."""
    from tongke.teaching.timetable.planner.front import solve

    outcome = solve(
        problem,
        seconds=max(0.1, seconds),
        on_progress=lambda progress: progress.hard > 0 or progress.placed < progress.total,
    )
    return outcome.hard == 0 and not outcome.unplaced
