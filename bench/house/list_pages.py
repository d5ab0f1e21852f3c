"""Requests a second and p95 of a list page at 100,000 rows: the ledger of a county's bureau.

Run: PYTHONPATH=src:. .venv/bin/python bench/house/list_pages.py
"""

import sys
import threading
import time
from http.client import HTTPConnection

from bench.house.serving import Installation, figures, installations

ROWS = 100_000
SECONDS = 10.0
PAGES = {"first page": "", "page 1000": "?page=1000", "search": "?q=2026-10"}


def seed() -> None:
    """100,000 entries of 400 teachers of 20 schools; prints the cookie of an officer."""
    import django

    django.setup()
    from datetime import timedelta
    from decimal import Decimal

    from django.core.management import call_command
    from django.db import connection

    from bench.house.serving import session_of
    from tongke.engines.credits.models import Entry
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import (
        NOON,
        TODAY,
        make_actor,
        make_person,
        make_region,
        make_school,
    )  # fmt: skip

    call_command("migrate", verbosity=0)
    county = make_region()
    officer = make_actor(Role.OFFICER, county.media_office)
    schools = [make_school(f"第{n}小学", parent=county.region) for n in range(20)]
    people = [make_person(f"教师{n:03d}") for n in range(400)]
    Entry.objects.bulk_create(
        (
            Entry(
                book="workload", person=people[n % 400], organisation=schools[n % 20],
                amount=Decimal("1.50"), unit="节", rule="host/delivered", rule_version="2025-1",
                formula="主讲一节专递课：1.5 × 1次 = 1.5节", source_type="timetable.lesson",
                source_id=n, key=f"bench:{n}", at=NOON,
                source_label=f"{day:%Y-%m-%d} 五年级音乐", occurred_on=day,
            )
            for n in range(ROWS)
            if (day := TODAY - timedelta(days=n % 300))
        ),
        batch_size=2000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself after a while
    print(session_of(officer.account, officer.appointment_id))


def measure(port: int, cookie: str, address: str, readers: int) -> tuple[list[float], int]:
    """Read a page over and over; returns the durations of good answers and how many were bad."""
    taken: list[float] = []
    bad: list[int] = []
    until = time.monotonic() + SECONDS

    def read() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                taken.append(time.perf_counter() - began)
            else:
                bad.append(answer.status)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return taken, len(bad)


def bench(where: Installation) -> None:
    """Print the figures of one kind of database."""
    cookie = where.run(__file__, "seed").split()[-1]
    with where.served() as port:
        for name, query in PAGES.items():
            for readers in (1, 8):
                taken, bad = measure(port, cookie, f"/credits/{query}", readers)
                rate = len(taken) / SECONDS
                print(
                    f"{where.kind}, {ROWS} rows, {name}, {readers} readers: "
                    f"{rate:.1f} requests/s, {figures(taken)}, {bad} errors"
                )


if __name__ == "__main__":
    if sys.argv[1:] == ["seed"]:
        seed()
    else:
        with installations() as each:
            for one in each:
                bench(one)
