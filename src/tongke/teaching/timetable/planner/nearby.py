"""The part of a problem that matters for one activity, so that a question about it is quick."""

from dataclasses import replace

from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.model import Activity, Problem, Rule, Timetable
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.planner.selecting import Selection


def around(problem: Problem, timetable: Timetable, key: str) -> Problem:
    """A smaller problem in which moving an activity costs exactly the same.

    It holds whoever shares a class, teacher or room with the activity, and every rule that moving
    it can change, with all activities that rule speaks of.
    """
    selection = Selection(problem.activities)
    a = next(at for at, one in enumerate(problem.activities) if one.key == key)
    activity = problem.activities[a]
    who: set[rules.Who] = {
        (one.kind, one.key) for one in (*activity.classes, *activity.teachers, *activity.rooms)
    }
    if (place := timetable.get(key)) is not None and place.room is not None:
        who.add(("room", place.room))
    kept: set[int] = {a}
    for one in who:
        kept |= selection.whose(one)
    kept |= {at for at, one in enumerate(problem.activities) if _uses(one, timetable, who)}
    asked = []
    for rule in problem.rules:
        members = _members(rule, selection, a, activity, who)
        if members is not None:
            asked.append(rule)
            kept |= members
    return replace(
        problem,
        activities=tuple(problem.activities[at] for at in sorted(kept)),
        rules=tuple(asked),
    )


def _uses(activity: Activity, timetable: Timetable, who: set[rules.Who]) -> bool:
    place = timetable.get(activity.key)
    return place is not None and ("room", place.room) in who


def _members(  # noqa: C901 - one case for each kind
    rule: Rule, selection: Selection, a: int, activity: Activity, who: set[rules.Who]
) -> set[int] | None:
    """Activities a rule speaks of, when moving one activity can change it; else None."""
    ask = rule.ask
    match ask:
        case rules.Unavailable():
            return set() if ask.who in who else None
        case rules.Only() | rules.Never() | rules.Seats():
            return set() if a in selection.chosen(ask.of, {a}) else None
        case rules.Fair():
            return set().union(*map(selection.whose, ask.who)) if who & set(ask.who) else None
        case rules.Follows():
            keys = frozenset([ask.first, ask.second])
            return set(selection.chosen(Of(keys=keys))) if activity.key in keys else None
        case rules.EndsDay():
            mine = {(one.kind, one.key) for one in activity.classes}
            chosen = selection.chosen(ask.of)
            theirs = [at for at in chosen if any(at in selection.by_who[one] for one in mine)]
            if not theirs:
                return None
            # The rule asks for whole classes: every class of a chosen activity is needed.
            return set(chosen) | {
                at
                for one in chosen
                for whose in selection.classes_of(one)
                for at in selection.by_who[whose]
            }
        case rules.MinPerDay() | rules.MaxGaps() | rules.MaxDays() | rules.MaxSpan():
            return selection.whose(ask.who) if ask.who in who else None
        case rules.StartsEarly() | rules.Compact():
            return selection.whose(ask.who) if ask.who in who else None
        case rules.MaxPerDay() | rules.MaxRun():
            if ask.who not in who or a not in selection.chosen(ask.of, {a}):
                return None
            return set(selection.chosen(ask.of, selection.whose(ask.who)))
        case _:
            chosen = selection.chosen(getattr(ask, "of"))  # noqa: B009 - all other kinds have it
            return set(chosen) if a in chosen else None
