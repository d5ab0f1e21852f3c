"""FET's own examples, planned by us and by `fet-cl` on this machine with one time limit.

    python bench/timetable/fet.py --seconds 30 --every 5 --output table.md

Examples are taken from Debian's package fet-data (or `--examples`); `fet-cl` from the path (or
`--fet-cl`). A file with a 100 % constraint the planner does not follow is listed as "not
supported" and counts for neither. Feasible means: every activity has a place and every followed
100 % constraint holds, by the independent checker. Times are from the start of the process that
plans to the first feasible timetable; ours without loading the compiled search.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner.formats import fet
from tongke.teaching.timetable.planner.model import Problem

EXAMPLES = Path("/usr/share/doc/fet-data/examples")
SUCCESS = "successful"


def ours(path: Path, seconds: float) -> dict[str, object]:
    """Whether and when the planner has a feasible timetable of a file it supports."""
    begun = time.monotonic()
    problem, _ = fet.load(path.read_bytes())
    loaded = time.monotonic() - begun

    def go_on(progress: planner.Progress) -> bool:
        return progress.hard > 0 or progress.placed < progress.total

    outcome = planner.solve(problem, seconds=seconds, on_progress=go_on)
    well = not outcome.unplaced and not planner.score(problem, outcome.timetable)[0]
    first = next((one.seconds for one in outcome.history if one.hard == 0), None)
    return {
        "activities": len(problem.activities),
        "ours": round(loaded + first, 2) if well and first is not None else None,
        "ours_unplaced": len(outcome.unplaced),
    }


def theirs(program: str, path: Path, seconds: float) -> float | None:
    """Seconds `fet-cl` takes for a file; None when it finds nothing in time."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            program,
            f"--inputfile={path}",
            f"--outputdir={folder}",
            f"--timelimitseconds={int(seconds)}",
            "--htmllevel=0",
        ]
        begun = time.monotonic()
        try:  # its own limit does not count what it does before generating
            done = subprocess.run(command, capture_output=True, text=True, timeout=2 * seconds)
        except subprocess.TimeoutExpired:
            return None
        taken = time.monotonic() - begun
    return round(taken, 2) if SUCCESS in done.stdout else None


def table(rows: list[dict[str, object]]) -> str:
    """The results as Markdown."""
    lines = ["| file | activities | planner, s | fet-cl, s |", "|---|---|---|---|"]
    for row in rows:
        if "unsupported" in row:
            lines.append(f"| {row['file']} | not supported: {', '.join(row['unsupported'])} | | |")
        else:
            cells = [row["activities"], row["ours"] or "–", row["theirs"] or "–"]
            lines.append(f"| {row['file']} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def summary(rows: list[dict[str, object]]) -> dict[str, object]:
    """Counts, and medians over the files both solve."""
    run = [row for row in rows if "unsupported" not in row]
    both = [row for row in run if row["ours"] is not None and row["theirs"] is not None]
    return {
        "files": len(rows),
        "supported": len(run),
        "feasible_ours": sum(row["ours"] is not None for row in run),
        "feasible_fet": sum(row["theirs"] is not None for row in run),
        "both": len(both),
        "median_ours": median([row["ours"] for row in both]) if both else None,
        "median_fet": median([row["theirs"] for row in both]) if both else None,
    }


def main() -> None:
    """Run both on every chosen file, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    parser.add_argument("--fet-cl", default=shutil.which("fet-cl") or "")
    parser.add_argument("--seconds", type=float, default=5, help="for each file and program")
    parser.add_argument("--every", type=int, default=20, help="take each n-th supported file")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    files = sorted(args.examples.rglob("*.fet"))
    if not files or not args.fet_cl:
        print(
            f"skipped: FET is not here ({len(files)} examples in {args.examples}, "
            f"fet-cl: {args.fet_cl or 'not found'}); Debian's packages fet and fet-data have both"
        )
        return
    planner.solve(Problem({}, ()), seconds=0.01)
    rows: list[dict[str, object]] = []
    supported = 0
    for path in files:
        name = str(path.relative_to(args.examples))
        _, notes = fet.load(path.read_bytes())
        if named := sorted(note.what for note in notes if note.hard):
            rows.append({"file": name, "unsupported": named})
            continue
        supported += 1
        if supported % args.every:
            continue
        row = {"file": name, **ours(path, args.seconds)}
        row["theirs"] = theirs(args.fet_cl, path, args.seconds)
        print(json.dumps(row, ensure_ascii=False), flush=True)
        rows.append(row)
    print(json.dumps(summary(rows)))
    if args.output:
        args.output.write_text(table(rows) + "\n")


if __name__ == "__main__":
    main()
