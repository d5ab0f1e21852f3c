"""Why an activity has no place: for every time it could start, who is in the way."""

from collections import Counter, defaultdict

from tongke.teaching.timetable.planner.arrays import State
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.kernel import put, take
from tongke.teaching.timetable.planner.model import Resource, Rule
from tongke.teaching.timetable.planner.outcome import Blocker, BlockerKind, Unplaced

Found = tuple[BlockerKind, str]
"""(kind, key) of a blocker."""


def unplaced(compiled: Compiled, state: State) -> tuple[Unplaced, ...]:
    """All activities without a place, each with its blockers."""
    return tuple(
        _unplaced(compiled, state, a)
        for a in range(len(compiled.problem.activities))
        if state.start[a] < 0
    )


def _unplaced(compiled: Compiled, state: State, a: int) -> Unplaced:
    activity = compiled.problem.activities[a]
    model = compiled.model
    domain = model.dom[model.dom_ptr[a] : model.dom_ptr[a + 1]].tolist()
    if not domain:
        grid = compiled.problem.grids[activity.grid].name
        sentence = f"{activity.name}：{grid}的作息表里没有连续 {activity.length} 节可排的时间"
        return Unplaced(activity.key, sentence, ())
    times: Counter[Found] = Counter()
    names: dict[Found, str] = defaultdict(str)
    for start in domain:
        for kind, key, name in _in_the_way(compiled, state, a, start):
            times[kind, key] += 1
            names[kind, key] = name
    blockers = tuple(
        Blocker(kind, key, _sentence(kind, names[kind, key], count, len(domain)), count)
        for (kind, key), count in times.most_common()
    )
    who = "、".join(names[blocker.kind, blocker.key] for blocker in blockers[:3])
    sentence = f"{activity.name}没有排上：{len(domain)} 个可选时间都被占用"
    if who:
        sentence += f"，主要是{who}"
    return Unplaced(activity.key, sentence, blockers)


def _sentence(kind: str, name: str, count: int, total: int) -> str:
    if kind == "rule":
        return f"规则「{name}」：{total} 个时间里有 {count} 个不允许"
    if kind == "room":
        return f"教室{name}：{total} 个时间里有 {count} 个没有空"
    return f"{name}：{total} 个时间里有 {count} 个已有课"


def _in_the_way(
    compiled: Compiled, state: State, a: int, start: int
) -> list[tuple[BlockerKind, str, str]]:
    """Who is taken, or which rule would be broken, when an activity started there."""
    model, activity = compiled.model, compiled.problem.activities[a]
    found: list[tuple[BlockerKind, str, str]] = []
    everybody = dict.fromkeys((*activity.classes, *activity.teachers))
    tracks = model.at_track[model.at_ptr[a] : model.at_ptr[a + 1]].tolist()
    for resource, track in zip(everybody, tracks, strict=True):
        if taken(compiled, state, a, start, track):
            found.append((resource.kind, resource.key, resource.label))
    rooms = _rooms_taken(compiled, state, a, start)
    if rooms is not None:
        found.extend((room.kind, room.key, room.label) for room in rooms)
    if not found:
        found = [
            ("rule", rule.key, rule.sentence) for rule in rules_broken(compiled, state, a, start)
        ]
    return found


def taken(compiled: Compiled, state: State, a: int, start: int, track: int) -> bool:
    """Whether a resource's cells are used by others."""
    model = compiled.model
    cells = slice(start, start + int(model.length[a]))
    for layer in range(model.layers):
        if (int(model.weeks[a]) >> layer) & 1:
            line = track * model.layers + layer
            if state.own[line, cells].any() or state.foreign[line, cells].any():
                return True
    return False


def _rooms_taken(compiled: Compiled, state: State, a: int, start: int) -> list[Resource] | None:
    """All candidate rooms when none is free; None when one is."""
    model = compiled.model
    rooms = []
    for option in range(int(model.opt_ptr[a]), int(model.opt_ptr[a] + model.usable[a])):
        track = int(model.opt_track[option])
        if track < 0 or not taken(compiled, state, a, start, track):
            return None
        room = compiled.options[a][option - int(model.opt_ptr[a])].room
        if room is not None:
            rooms.append(room)
    return rooms


def rules_broken(compiled: Compiled, state: State, a: int, start: int) -> list[Rule]:
    """Hard rules with more units when an activity, now without a place, starts there."""
    before = units_by_rule(compiled, state)
    put(compiled.model.data, state.data, a, start, int(compiled.model.opt_ptr[a]))
    after = units_by_rule(compiled, state)
    take(compiled.model.data, state.data, a)
    rules = compiled.problem.rules
    return [
        rules[number]
        for number, units in after.items()
        if rules[number].weight is None and units > before.get(number, 0)
    ]


def units_by_rule(compiled: Compiled, state: State) -> Counter[int]:
    """Units of each rule on rows, groups, counters and fairness, by its number."""
    answer: Counter[int] = Counter()
    rules = compiled.rules
    for at in state.units.nonzero()[0].tolist():
        answer[rules.days[at].rule] += int(state.units[at])
    for at in state.grp_units.nonzero()[0].tolist():
        answer[rules.groups[at].rule] += int(state.grp_units[at])
    for at in state.fair_units.nonzero()[0].tolist():
        answer[rules.fair[at][2]] += int(state.fair_units[at])
    for at, (_, _, most, number) in enumerate(rules.many):
        over = state.many_count[at] - most
        units = int(over[over > 0].sum())
        if units:
            answer[number] += units
    return answer
