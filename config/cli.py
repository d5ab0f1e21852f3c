"""The `tongke` command line: parse, call one thing, print one line."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for _each in (str(ROOT), str(ROOT / "src")):
    if _each not in sys.path:
        sys.path.insert(0, _each)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def build() -> argparse.ArgumentParser:
    """Every verb with its arguments."""
    parser = argparse.ArgumentParser(prog="tongke", description="Run a region's Tongke.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="serve pages, websockets, jobs and media")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    worker = verbs.add_parser("worker", help="deliver jobs (serve starts one itself)")
    worker.add_argument("--parent-pid", type=int)
    kind = worker.add_mutually_exclusive_group()
    kind.add_argument(
        "--slow", action="store_true", default=None, help="only what computes for minutes"
    )
    kind.add_argument(
        "--quick", dest="slow", action="store_false", default=None, help="only the rest"
    )
    tables = verbs.add_parser("migrate", help="bring tables and static files up to date")
    tables.add_argument("--tables", action="store_true", help="the tables only")
    verbs.add_parser("static", help="bring the static files up to date")
    verbs.add_parser("demo", help="make the tables and load the demo region into them")
    admin = verbs.add_parser("admin", help="make the region and its first administrator")
    admin.add_argument("--login")
    admin.add_argument("--name")
    admin.add_argument("--password-stdin", action="store_true")
    load = verbs.add_parser("import", help="import a roster (.xlsx or OneRoster .zip)")
    load.add_argument("kind")
    load.add_argument("file", type=Path)
    load.add_argument("--login", required=True, help="the account on whose behalf it is done")
    load.add_argument("--commit", action="store_true", help="write; without it only check")
    verbs.add_parser("check", help="check settings, tables, profile and the audit chain")
    save = verbs.add_parser("backup", help="write records, files and keys to one archive")
    save.add_argument("file", type=Path)
    back = verbs.add_parser("restore", help="put an archive back")
    back.add_argument("file", type=Path)
    back.add_argument("--force", action="store_true")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    options = build().parse_args(arguments)
    import django

    django.setup()
    from config.commands import verbs

    handler = getattr(verbs, f"do_{options.verb.replace('-', '_')}")
    status: int = handler(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
