"""Requests a second and p95 of list pages at 100,000 rows, on SQLite and on PostgreSQL.

The ledger and the persons of a county as its bureau sees them, the audit log as its administrator
does: 100,000 rows each. The time of an answer is from the request to the last byte, on the same
machine; one reader shows what a page costs, eight show what the server can do at once.

Run: PYTHONPATH=src:. .venv/bin/python bench/house/list_pages.py [seconds for each line]
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException

from bench.house.serving import Installation, figures, installations, machine

ROWS = 100_000
PAGES = {
    "ledger, first page": ("officer", "/credits/"),
    "ledger, page 1000": ("officer", "/credits/?page=1000"),
    "ledger, search": ("officer", "/credits/?q=2026-10"),
    "persons, first page": ("officer", "/people/persons/"),
    "persons, page 1000": ("officer", "/people/persons/?page=1000"),
    "persons, search": ("officer", "/people/persons/?q=099"),
    "audit, first page": ("sysadmin", "/system/audit/"),
    "audit, page 1000": ("sysadmin", "/system/audit/?page=1000"),
    "audit, search": ("sysadmin", "/system/audit/?q=%E7%AC%AC7%E5%B0%8F"),
}


def seed() -> None:
    """A county of 20 schools; prints the cookies of an officer and of an administrator."""
    import django

    django.setup()
    from django.db import connection

    from bench.house.serving import session_of
    from config.commands.tables import make_tables
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import make_actor, make_region, make_school

    make_tables()
    county = make_region()
    schools = [make_school(f"第{n}小学", parent=county.region) for n in range(20)]
    actors = {
        role.value: make_actor(role, county.media_office) for role in (Role.OFFICER, Role.SYSADMIN)
    }
    write_ledger(schools)
    write_persons(schools)
    write_audit()
    with connection.cursor() as cursor:
        # As the database does by itself after a while.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(json.dumps({
        name: session_of(one.account, one.appointment_id) for name, one in actors.items()
    }))  # fmt: skip


def write_ledger(schools: list) -> None:
    """Entries of 400 teachers over 300 days."""
    from datetime import timedelta
    from decimal import Decimal

    from tongke.engines.credits.models import Entry
    from tongke.foundation.people.tests.make import NOON, TODAY, make_person

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


def write_persons(schools: list) -> None:
    """Pupils with their role at a school."""
    from tongke.foundation.people.models import Appointment, Person
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import YEAR_START

    people = Person.objects.bulk_create(
        (Person(name=f"学生{n:06d}", number=f"G{n:08d}") for n in range(ROWS)), batch_size=2000
    )
    Appointment.objects.bulk_create(
        (
            Appointment(person=one, organisation=schools[n % 20], role=Role.PUPIL, since=YEAR_START)
            for n, one in enumerate(people)
        ),
        batch_size=2000,
    )


def write_audit() -> None:
    """Reads of persons, one a minute; sealed only in looks, nobody verifies them here."""
    from datetime import timedelta

    from tongke.core.models import AuditEntry
    from tongke.foundation.people.tests.make import NOON

    AuditEntry.objects.bulk_create(
        (
            AuditEntry(
                at=NOON - timedelta(minutes=n), action="people.person.read", actor_id=1,
                actor_name=f"张老师（教师，第{n % 20}小学）", object_type="people.person",
                object_id=str(n), seq=n + 1, previous="0" * 64, digest="0" * 64,
            )
            for n in range(ROWS)
        ),
        batch_size=2000,
    )  # fmt: skip


def measure(
    port: int, cookie: str, address: str, readers: int, seconds: float
) -> tuple[list[float], int]:
    """Read a page over and over; returns the durations of good answers and how many were bad."""
    taken: list[float] = []
    bad: list[str] = []
    until = time.monotonic() + seconds

    def read() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                connection.request("GET", address, headers={"Cookie": cookie})
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException) as error:
                bad.append(repr(error))
                return
            if answer.status == 200:
                taken.append(time.perf_counter() - began)
            else:
                bad.append(str(answer.status))

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return taken, len(bad)


def bench(where: Installation, seconds: float) -> None:
    """Print the figures of one kind of database."""
    cookies = json.loads(where.run(__file__, "seed").splitlines()[-1])
    with where.served() as port:
        for name, (who, address) in PAGES.items():
            measure(port, cookies[who], address, 1, 0.1)  # its templates are read once
            for readers in (1, 8):
                taken, bad = measure(port, cookies[who], address, readers, seconds)
                print(
                    f"{where.kind}, {ROWS} rows, {name}, {readers} readers: "
                    f"{len(taken) / seconds:.1f} requests/s, {figures(taken)}, {bad} errors",
                    flush=True,
                )


def main(seconds: float) -> None:
    """Both databases, one after the other."""
    print(machine())
    with installations() as each:
        for one in each:
            bench(one, seconds)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seed"]:
            seed()
        case [seconds]:
            main(float(seconds))
        case _:
            main(5.0)
