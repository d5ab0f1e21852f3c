"""How long a plan of a county's joint courses takes: 12 consortia, 48 courses, 96 lessons a week.

Each consortium is a centre school with two delivering teachers and one studio, and three teaching
points with a listening room each; bells differ from school to school, and one lesson a day of
every class is taken already. *Apart* means that consortia share nobody; *together*, that
neighbouring consortia
share a delivering teacher, so that all 48 courses are one problem.

Run: PYTHONPATH=src:. .venv/bin/python bench/timetable/slots.py
"""

import os
import platform
import random
import time

from tongke.teaching.timetable.slots import (
    Bell,
    Busy,
    Course,
    Listener,
    Problem,
    Resource,
    clashes,
    solve,
)

CONSORTIA, COURSES, LESSONS, LISTENERS = 12, 4, 2, 3


def grid(school: str, first: int) -> list[Bell]:
    """Six lessons of 40 minutes with breaks of ten, from the minute `first`."""
    starts = [first + 50 * index for index in range(6)]
    return [Bell(school, seq, at, at + 40) for seq, at in enumerate(starts, 1)]


def county(chance: random.Random, *, together: bool) -> Problem:
    """The courses, the bells, and what is taken already."""
    bells: list[Bell] = []
    courses: list[Course] = []
    busy: list[Busy] = []
    names: dict[str, str] = {}
    for one in range(CONSORTIA):
        centre = f"centre-{one}"
        points = [f"point-{one}-{n}" for n in range(LISTENERS)]
        for school in (centre, *points):
            names[school] = school
            bells += grid(school, 510 + chance.choice((0, 0, 5)))
        studio = (Resource("room", f"studio-{one}"),)
        teachers = [Resource("teacher", f"{one}-{n}") for n in range(2)]
        if together:
            teachers[1] = Resource("teacher", f"{(one + 1) % CONSORTIA}-0")
        for number in range(COURSES):
            classes = [Resource("class", f"{point}-{number}") for point in points]
            listeners = tuple(
                Listener(each, point, (Resource("room", f"{point}-hall"),))
                for each, point in zip(classes, points, strict=True)
            )
            courses.append(
                Course(
                    key=f"{one}-{number}", name=f"{one}-{number}", school=centre,
                    teacher=teachers[number % 2], rooms=studio, listeners=listeners,
                    periods_per_week=LESSONS,
                )
            )  # fmt: skip
            busy += [
                Busy(each, weekday, 510 + 50 * lesson, 550 + 50 * lesson)
                for each in classes
                for weekday in range(1, 6)
                for lesson in chance.sample(range(6), 1)
            ]
    return Problem(courses=tuple(courses), bells=tuple(bells), busy=tuple(busy), schools=names)


def main() -> None:
    """Five counties of each kind; the shortest and the longest time."""
    solve(county(random.Random(0), together=False))  # loads the solver, once per process
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for together in (False, True):
        took, placed, proved = [], [], 0
        for seed in range(1, 6):
            case = county(random.Random(seed), together=together)
            began = time.perf_counter()
            plan = solve(case)
            took.append(time.perf_counter() - began)
            assert not clashes(case, plan.slots)
            placed.append(len(plan.slots))
            proved += plan.proved
        wanted = CONSORTIA * COURSES * LESSONS
        print(
            f"{'together' if together else 'apart'}: {min(took):.1f} to {max(took):.1f} s, "
            f"{min(placed)} to {max(placed)} of {wanted} lessons placed, best proved {proved} of 5"
        )


if __name__ == "__main__":
    main()
