"""The 21 curriculum-based instances of ITC-2007 (track 3): the gap to the best known cost.

    python bench/timetable/itc2007.py FOLDER --seconds 60 --only 1,2,5

FOLDER holds comp01.ectt … comp21.ectt, which are not part of this repository. Costs are counted
by a second, separate implementation of the official definition. The best known costs are those
quoted in the literature (Hao & Benlic 2011; Bellio et al. 2016); both use far longer runs.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner.formats import ectt
from tongke.teaching.timetable.planner.model import Problem

BEST = [5, 24, 64, 35, 284, 27, 6, 37, 96, 4, 0, 294, 59, 51, 62, 18, 56, 61, 57, 4, 74]


def run(job: tuple[str, int, float, int]) -> dict[str, object]:
    """One instance: what was reached, and by how much it misses the best known cost."""
    folder, number, seconds, seed = job
    text = (Path(folder) / f"comp{number:02d}.ectt").read_text()
    problem = ectt.load(text)
    begun = time.monotonic()
    outcome = planner.solve(problem, seconds=seconds, seed=seed)
    cost = ectt.cost(text, outcome.timetable)
    return {
        "instance": f"comp{number:02d}",
        "best_known": BEST[number - 1],
        "cost": cost.total,
        "gap": cost.total - BEST[number - 1],
        "invalid": cost.hard,
        "same_as_planner": cost.total == outcome.soft,
        "seconds": round(time.monotonic() - begun, 1),
    }


def main() -> None:
    """Print a table, and each result as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="instances at a time")
    parser.add_argument("--only", default="", help="numbers, with commas")
    args = parser.parse_args()
    if args.folder is None or not (args.folder / "comp01.ectt").exists():
        where = "no folder was named" if args.folder is None else f"not in {args.folder}"
        print(f"skipped: the instances comp01.ectt … comp21.ectt are not here ({where})")
        return
    planner.solve(Problem({}, ()), seconds=0.01)  # compiled before the clock runs
    numbers = [int(one) for one in args.only.split(",") if one] or list(range(1, 22))
    jobs = [(str(args.folder), number, args.seconds, args.seed) for number in numbers]
    with ProcessPoolExecutor(args.workers, get_context("spawn")) as pool:
        for result in pool.map(run, jobs):
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
