"""A county of schools, planned school by school in parallel; growth; repair of absences.

    python bench/timetable/county.py --schools 40
    python bench/timetable/county.py --growth 5 10 20 40

Every school has its weekly plan in full (35 periods), double lessons, a shared sports ground and
one computer room, teachers with half days for research, teachers who are shared with the next
school (at one on some days, at the other on the rest), main subjects in the morning as a wish.
Results of a run are printed as JSON; `--seconds` is for each school and counts improving as well.
"""

import argparse
import json
import random
import resource
import time
from dataclasses import replace
from multiprocessing import get_context
from statistics import median

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.model import Activity, Grid, Period, Problem, Rule, Time
from tongke.teaching.timetable.planner.rules import Of
from tongke.teaching.timetable.slots.model import Resource

PLAN = {
    "语文": 7, "数学": 5, "英语": 4, "体育": 4, "科学": 3, "音乐": 2, "美术": 2,
    "道法": 2, "劳动": 2, "信息": 1, "综合": 1, "班会": 1, "阅读": 1,
}  # fmt: skip
MAIN = frozenset(["语文", "数学", "英语"])
LOAD = {"语文": 14, "数学": 15, "英语": 16}
"""Periods a teacher of a subject gives a week; others 16."""
WEEK = [Time(day, at) for day in range(5) for at in range(7)]


def school(number: int, classes: int, seed: int) -> Problem:
    """One school's problem; `number` sets its name and which days it has the shared teachers."""
    rnd = random.Random(seed * 1000 + number)
    begin = 480 + 5 * (number % 4)
    bells = tuple(
        Period(
            begin + 50 * at + (80 if at > 3 else 0), begin + 50 * at + 40 + (80 if at > 3 else 0)
        )
        for at in range(7)
    )
    key = f"s{number}"
    grid = Grid(key, f"第{number}小学", (bells,) * 5, site=key)
    activities: list[Activity] = []
    asked: list[Rule] = []
    staff: dict[str, list[list[str | int]]] = {}
    for group in range(classes):
        for subject, periods in PLAN.items():
            teacher = _teacher(staff.setdefault(subject, []), key, subject, periods)
            activities.extend(_lessons(key, group, subject, periods, teacher))
            if 1 < periods <= 4:  # five a week could not stand a day's absence
                of = Of(tasks=frozenset([f"{key}-{group}-{subject}"]))
                asked.append(Rule(f"apart-{group}{subject}", rules.DaysApart(of), None, "每天一次"))
    people = [(str(name), int(load)) for some in staff.values() for name, load in some]
    asked.extend(_staff_rules(rnd, key, people, number))
    of = Of(tags=frozenset(["main"]))
    morning = frozenset(time for time in WEEK if time.period < 4)
    asked.append(Rule("morning", rules.Only(of, key, morning), 2, "主科在上午"))
    first = frozenset(Time(day, 0) for day in range(5))
    asked.append(
        Rule("pe", rules.Never(Of(subjects=frozenset(["体育"])), key, first), None, "体育")
    )
    ground = rules.MaxAtOnce(Of(subjects=frozenset(["体育"])), max(2, classes // 4))
    asked.append(Rule("ground", ground, None, "操场"))
    return Problem({key: grid}, tuple(activities), tuple(asked))


def _teacher(people: list[list[str | int]], key: str, subject: str, periods: int) -> str:
    """The last teacher of a subject, or a new one when that one's week is full."""
    if not people or int(people[-1][1]) + periods > LOAD.get(subject, 16):
        people.append([f"{key}{subject}{len(people)}", 0])
    people[-1][1] = int(people[-1][1]) + periods
    return str(people[-1][0])


def _lessons(key: str, group: int, subject: str, periods: int, teacher: str) -> list[Activity]:
    """A class's lessons of a subject; one of the Chinese lessons and 美术 are doubles."""
    lengths = [2] * (subject in ("语文", "美术")) + [1] * periods
    while sum(lengths) > periods:
        lengths.pop()
    room = (Resource("room", f"{key}机房", "机房"),) if subject == "信息" else ()
    return [
        Activity(
            f"{key}-{group}-{subject}-{at}",
            f"{group}班{subject}",
            f"{key}-{group}-{subject}",
            subject,
            key,
            (Resource("class", f"{key}c{group}", f"{group}班"),),
            (Resource("teacher", teacher, teacher),),
            room,
            length,
            tags=frozenset(["main"] if subject in MAIN else []),
        )
        for at, length in enumerate(lengths)
    ]


def _staff_rules(
    rnd: random.Random, key: str, people: list[tuple[str, int]], number: int
) -> list[Rule]:
    answer = []
    shared = min(people, key=lambda one: one[1])
    for name, load in people:
        who = ("teacher", name)
        day = rnd.randrange(5)
        half = frozenset(time for time in WEEK if time.day == day and time.period >= 4)
        if (name, load) == shared and load <= 8:  # shared with the next school
            half = frozenset(time for time in WEEK if (time.day + number) % 2)
        answer += [
            Rule(f"away-{name}", rules.Unavailable(who, key, half), None, f"{name}不在"),
            Rule(f"day-{name}", rules.MaxPerDay(who, 5), None, f"{name}每天最多 5 节"),
            Rule(f"run-{name}", rules.MaxRun(who, 3), 5, f"{name}最多连上 3 节"),
            Rule(f"gaps-{name}", rules.MaxGaps(who, 4), 1, f"{name}空课"),
        ]
    return answer


def plan(job: tuple[int, int, int, float]) -> dict[str, object]:
    """Plan one school to the end of its time, checked by the independent checker."""
    number, classes, seed, seconds = job
    problem = school(number, classes, seed)
    begun = time.monotonic()
    outcome = planner.solve(problem, seconds=seconds, seed=seed)
    feasible = [one.seconds for one in outcome.history if one.hard == 0]
    return {
        "school": number,
        "lessons": len(problem.activities),
        "teachers": len({one for each in problem.activities for one in each.teachers}),
        "unplaced": len(outcome.unplaced),
        "hard": planner.score(problem, outcome.timetable)[0],
        "soft": outcome.soft,
        "feasible_after": min(feasible, default=None),
        "seconds": time.monotonic() - begun,
        "timetable": outcome.timetable,
    }


def county(schools: int, classes: int, seconds: float, seed: int) -> tuple[dict, list[dict]]:
    """All schools in two processes: the figures, and each school's result."""
    begun = time.monotonic()
    jobs = [(number, classes, seed, seconds) for number in range(schools)]
    with get_context("spawn").Pool(2) as pool:
        done = pool.map(plan, jobs, chunksize=1)
    first = [one["feasible_after"] for one in done if one["feasible_after"] is not None]
    peak = max(resource.getrusage(who).ru_maxrss for who in (-1, 0)) / 1024
    return {
        "schools": schools,
        "classes": schools * classes,
        "lessons": sum(one["lessons"] for one in done),
        "teachers": sum(one["teachers"] for one in done),
        "complete": sum(not one["unplaced"] and not one["hard"] for one in done),
        "median_feasible_s": round(median(first), 2) if first else None,
        "worst_feasible_s": round(max(first), 2) if first else None,
        "wall_s": round(time.monotonic() - begun, 1),
        "peak_mb_per_process": round(peak),
        "points": sum(one["soft"] for one in done),
    }, done


def absences(done: list[dict], classes: int, seed: int, many: int) -> dict[str, object]:
    """One teacher away for one day, in schools drawn at random."""
    rnd = random.Random(seed)
    seconds, shares, failed = [], [], 0
    for result in rnd.choices(done, k=many):
        problem = school(result["school"], classes, seed)
        teacher = rnd.choice([one.teachers[0].key for one in problem.activities])
        away = rnd.randrange(5)
        day = frozenset(time for time in WEEK if time.day == away)
        ask = rules.Unavailable(("teacher", teacher), next(iter(problem.grids)), day)
        changed = replace(problem, rules=(*problem.rules, Rule("gone", ask, None, "请假")))
        begun = time.monotonic()
        repair = planner.repair(changed, result["timetable"], seconds=2.5, seed=seed)
        seconds.append(time.monotonic() - begun)
        shares.append(repair.share)
        failed += bool(repair.unplaced or any(one.hard for one in repair.violations))
    return {
        "absences": many,
        "not_repaired": failed,
        "worst_s": round(max(seconds), 2),
        "median_moved_percent": round(100 * median(shares), 2),
        "worst_moved_percent": round(100 * max(shares), 2),
    }


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=20)
    parser.add_argument("--classes", type=int, default=15, help="of each school")
    parser.add_argument("--seconds", type=float, default=10, help="for each school")
    parser.add_argument("--growth", type=int, nargs="*", help="numbers of schools, one run each")
    parser.add_argument("--absences", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    planner.solve(Problem({}, ()), seconds=0.01)  # the compiled search is loaded or compiled here
    for schools in args.growth or [args.schools]:
        figures, done = county(schools, args.classes, args.seconds, args.seed)
        if args.absences and done:
            figures["repair"] = absences(done, args.classes, args.seed, args.absences)
        print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
