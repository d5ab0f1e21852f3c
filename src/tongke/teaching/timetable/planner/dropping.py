"""Where an activity may go: every start of its week, judged as if it were dropped there."""

from tongke.teaching.timetable.planner.arrays import CLASH, HARD, SOFT, State
from tongke.teaching.timetable.planner.blocking import taken, units_by_rule
from tongke.teaching.timetable.planner.compiling import Compiled
from tongke.teaching.timetable.planner.kernel import put, take
from tongke.teaching.timetable.planner.model import Problem, Resource, Timetable
from tongke.teaching.timetable.planner.nearby import around
from tongke.teaching.timetable.planner.outcome import Option
from tongke.teaching.timetable.planner.reasons import of_place
from tongke.teaching.timetable.planner.state import standing


def options(problem: Problem, timetable: Timetable, activity: str) -> list[Option]:
    """See `planner.options`."""
    part = around(problem, timetable, activity)
    compiled = Compiled(part, timetable)
    state = standing(compiled, timetable)
    return Judge(compiled, state, compiled.index[activity]).all()


class Judge:
    """Tries one activity everywhere; the rest stands still."""

    def __init__(self, compiled: Compiled, state: State, a: int) -> None:
        self.compiled, self.state, self.a = compiled, state, a
        self.m, self.z = compiled.model.data, state.data
        self.here = self._cost()
        self.stood = int(state.start[a]), int(state.option[a])
        if self.stood[0] >= 0:
            take(self.m, self.z, a)
        self.without = self._cost()
        self.rules = units_by_rule(compiled, state)

    def _cost(self) -> tuple[int, int, int]:
        """Clashes, units of hard rules, points."""
        energy = self.state.energy
        return int(energy[CLASH]), int(energy[HARD]), int(energy[SOFT])

    def all(self) -> list[Option]:
        """An option for every start that lies inside the grid."""
        activity = self.compiled.problem.activities[self.a]
        fits = self.compiled.clock.starts(int(self.compiled.grids[self.a]), activity.length)
        return [self._best(start) for start in fits.nonzero()[0].tolist()]

    def _best(self, start: int) -> Option:
        """The start with the room that breaks least; the first of equals, as rooms are ordered."""
        model = self.compiled.model
        first = int(model.opt_ptr[self.a])
        tried = []
        for option in range(first, first + int(model.usable[self.a])):
            put(self.m, self.z, self.a, start, option)
            clash, hard, soft = self._cost()
            tried.append((clash + hard, soft, option, clash, hard))
            take(self.m, self.z, self.a)
        _, soft, option, clash, hard = min(tried)
        return self._option(start, option, (clash, hard, soft))

    def _option(self, start: int, option: int, cost: tuple[int, int, int]) -> Option:
        clash, hard, soft = cost
        return Option(
            place=self.compiled.place(start, option),
            # What a rule gains by the lesson standing at all excuses no clash.
            legal=clash <= self.without[0] and hard <= self.without[1],
            delta=soft - self.here[2],
            hard_delta=clash + hard - self.here[0] - self.here[1],
            reasons=self._reasons(start, option),
        )

    def _reasons(self, start: int, option: int) -> tuple[str, ...]:
        """Who is met there, and which rules are broken that are not without the activity."""
        found = [*self._meetings(start, option)]
        found.extend(of_place(self.compiled, self.a, start, option))
        put(self.m, self.z, self.a, start, option)
        after = units_by_rule(self.compiled, self.state)
        take(self.m, self.z, self.a)
        hard, soft = [], []
        for number, units in after.items():
            more = units - self.rules.get(number, 0)
            rule = self.compiled.problem.rules[number]
            if more > 0 and rule.weight is None:
                hard.append(f"不允许：{rule.sentence}")
            elif more > 0 and rule.weight:
                soft.append(f"{rule.sentence}（+{more * rule.weight} 分）")
        return tuple(dict.fromkeys([*found, *hard, *soft]))

    def _meetings(self, start: int, option: int) -> list[str]:
        compiled, model, a = self.compiled, self.compiled.model, self.a
        activity = compiled.problem.activities[a]
        everybody = list(dict.fromkeys((*activity.classes, *activity.teachers)))
        tracks = model.at_track[model.at_ptr[a] : model.at_ptr[a + 1]].tolist()
        room = compiled.options[a][option - int(model.opt_ptr[a])].room
        if room is not None:
            everybody.append(room)
            tracks.append(int(model.opt_track[option]))
        answer = []
        for resource, track in zip(everybody, tracks, strict=True):
            if taken(compiled, self.state, a, start, track):
                answer.append(self._meeting(resource, start, track))
        return answer

    def _meeting(self, resource: Resource, start: int, track: int) -> str:
        model = self.compiled.model
        names = []
        for layer in range(model.layers):
            line = track * model.layers + layer
            for cell in range(start, start + int(model.length[self.a])):
                if self.state.own[line, cell] == 1:
                    other = int(self.state.ids[line, cell])
                    names.append(self.compiled.problem.activities[other].name)
        what = "、".join(dict.fromkeys(names))
        if not what:
            return f"{resource.label}在别处有课或正在路上"
        return f"{resource.label}已有{what}"
