"""How long a county of 100 schools takes to switch from school to home, and back.

1,500 classes with their whole week, 3,000 teachers, 15,000 pupils with a guardian each; textbooks
with resources for two subjects. Measured: the declaration until it is committed; then, from that
moment, until the online day of *every* class has been worked out from the database (what its page
shows, stand-ins matched); single pages over the whole web stack, one of each school, staff and
pupil; the same for taking it back; and how long the worker then writes stand-ins out and tells
everybody, which nobody waits for.

Run: PYTHONPATH=src:. .venv/bin/python bench/continuity/switch.py [schools]
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

GRADES, CLASSES_PER_GRADE, PUPILS = ("11", "12", "13", "14", "15", "16"), (3, 3, 3, 2, 2, 2), 10
SUBJECTS = ("SB0101", "SB0201", "SB0602", "SB0102", "SB0702", "SB0603")
PERIODS, GOAL_SECONDS = 6, 5.0


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result."""
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def build(count: int, today: date) -> Any:
    """The county; returns an officer of it."""
    from django.contrib.auth.hashers import make_password

    from tongke.foundation.people.models import (
        Account,
        Appointment,
        Enrolment,
        Guardianship,
        Person,
        SchoolClass,
    )
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import make_actor, make_region, make_school
    from tongke.teaching.timetable.models import Placement
    from tongke.teaching.timetable.tests.make import make_subjects, make_term, ring

    county = make_region("示范县")
    make_subjects()
    monday = today - timedelta(days=today.weekday())
    term = make_term(county.region, monday - timedelta(weeks=8), "B-1")
    schools = [make_school(f"第{n}小学", parent=county.region) for n in range(count)]
    for school in schools:
        ring(school, since=term.starts_on)
    since, secret = term.starts_on, make_password("bench-only-2026")

    def people(names: list[str], role: Role, places: list[Any]) -> list[Any]:
        made = Person.objects.bulk_create(
            [Person(name=name, number=f"{role.value}{n:06d}") for n, name in enumerate(names)],
            batch_size=1000,
        )
        Account.objects.bulk_create(
            [
                Account(
                    login=f"{role.value}{n:06d}",
                    person=one,
                    password=secret,
                    must_change_password=False,
                )
                for n, one in enumerate(made)
            ],
            batch_size=1000,
        )
        Appointment.objects.bulk_create(
            [
                Appointment(person=one, organisation=place, role=role.value, since=since)
                for one, place in zip(made, places, strict=True)
            ],
            batch_size=1000,
        )
        return made

    sizes = sum(CLASSES_PER_GRADE)
    staff = people(
        [f"教师{n}" for n in range(count * 2 * sizes)], Role.TEACHER,
        [schools[n // (2 * sizes)] for n in range(count * 2 * sizes)],
    )  # fmt: skip
    classes = SchoolClass.objects.bulk_create(
        [
            SchoolClass(
                school=school, grade_code=grade, number=number, name=f"{grade}年级（{number}）班",
                entry_year=2022, homeroom_teacher=staff[2 * sizes * place],
            )
            for place, school in enumerate(schools)
            for grade, most in zip(GRADES, CLASSES_PER_GRADE, strict=True)
            for number in range(1, most + 1)
        ],
        batch_size=1000,
    )  # fmt: skip
    placed = [
        Placement(
            term=term, school_class=one, weekday=weekday, seq=seq,
            subject_id=SUBJECTS[(weekday + seq) % len(SUBJECTS)],
            teacher=staff[(index // sizes) * 2 * sizes + (index + seq) % (2 * sizes)],
        )
        for index, one in enumerate(classes)
        for weekday in range(1, 8)
        for seq in range(1, PERIODS + 1)
    ]  # fmt: skip
    Placement.objects.bulk_create(placed, batch_size=2000)
    homes = [one.school for one in classes for _ in range(PUPILS)]
    pupils = people([f"学生{n}" for n in range(len(homes))], Role.PUPIL, homes)
    guardians = people([f"家长{n}" for n in range(len(homes))], Role.GUARDIAN, homes)
    Enrolment.objects.bulk_create(
        [
            Enrolment(pupil=one, school_class=classes[n // PUPILS], since=since)
            for n, one in enumerate(pupils)
        ],
        batch_size=2000,
    )
    Guardianship.objects.bulk_create(
        [
            Guardianship(guardian=one, child=child, relation="家长", since=since)
            for one, child in zip(guardians, pupils, strict=True)
        ],
        batch_size=2000,
    )
    furnish(staff[0], schools[0], term)
    if today.isoweekday() > 5:
        term.holidays.create(day=today, name="补课", follows_weekday=1)
    return make_actor(Role.OFFICER, county.media_office)


def furnish(author: Any, school: Any, term: Any) -> None:
    """Textbooks of two subjects in every grade: six units of three points, a page on each."""
    from tongke.engines.library.models import Resource
    from tongke.foundation.curriculum.models import KeyPoint, Textbook, Unit

    volume = "上册" if term.starts_on.month >= 7 else "下册"
    for subject in SUBJECTS[1:3]:
        for grade in GRADES:
            book = Textbook.objects.create(
                code=f"{subject}{grade}", subject_id=subject, grade_id=grade, volume=volume,
                edition="示范版",
            )  # fmt: skip
            for seq in range(1, 7):
                unit = Unit.objects.create(
                    textbook=book, code=f"{book.code}{seq}", seq=seq, title=f"第{seq}单元"
                )
                for point in range(1, 4):
                    key = KeyPoint.objects.create(
                        unit=unit, code=f"{unit.code}{point}", seq=point, title=f"要点{point}"
                    )
                    page = Resource.objects.create(
                        kind="page", title=f"讲解 {key.code}", body="读一读。", seconds=120,
                        state="published", author=author, organisation=school,
                        created_at=datetime.now(tz=_zone()), published_at=datetime.now(tz=_zone()),
                    )  # fmt: skip
                    page.key_points.add(key)


def _zone() -> Any:
    from tongke.foundation.people.tests.make import ZONE

    return ZONE


def whole_county(today: date) -> tuple[int, int]:
    """Work out the day of every class, as its page would: classes at home, periods matched."""
    from tongke.foundation.people.models import SchoolClass
    from tongke.teaching.continuity.queries.days import class_days

    found = class_days(SchoolClass.objects.select_related("school"), today)
    return (
        sum(bool(one.online) for one in found.values()),
        sum(part.stand_in.settled for one in found.values() for part in one.online),
    )


def pages(officer: Any, today: date) -> dict[str, list[tuple[float, bool]]]:
    """One class of each school: the page of its staff, and of one of its pupils."""
    from django.urls import reverse

    from tongke.core.profile import override
    from tongke.foundation.people.models import Account, SchoolClass
    from tongke.foundation.people.profile import PeopleProfile
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import acting
    from tongke.foundation.people.tests.pages import client_of

    took: dict[str, list[tuple[float, bool]]] = {"class": [], "pupil": []}
    first = {one.school_id: one for one in SchoolClass.objects.order_by("-pk")}
    with override(PeopleProfile, second_factor_roles=()):
        client = client_of(officer)
        client.get(reverse("continuity:emergency-list"))
        for one in first.values():
            url = reverse("continuity:class-day", args=[one.pk, today.isoformat()])
            seconds, answer = timed(lambda url=url: client.get(url))
            took["class"].append((seconds, "第 6 节" in answer.content.decode()))
            roll = one.enrolments.select_related("pupil").order_by("pk")[0]
            account = Account.objects.get(person=roll.pupil)
            own = client_of(acting(account.person, Role.PUPIL, today=today))
            seconds, answer = timed(lambda own=own: own.get(reverse("continuity:today")))
            took["pupil"].append((seconds, "一天的安排" in answer.content.decode()))
    return took


def show(took: dict[str, list[tuple[float, bool]]], *, online: bool) -> float:
    """Print the pages' times; all must show what is meant. Returns the slowest."""
    slowest = 0.0
    for name, rows in took.items():
        times = sorted(seconds for seconds, _ in rows)
        right = sum(shown == online for _, shown in rows)
        assert right == len(rows), f"{name}: {right} of {len(rows)} pages show it"
        slowest = max(slowest, times[-1])
        print(
            f"  {name} page, {len(rows)} schools: p50 {median(times) * 1000:.0f} ms, "
            f"p95 {times[int(len(times) * 0.95) - 1] * 1000:.0f} ms, "
            f"worst {times[-1] * 1000:.0f} ms"
        )
    return slowest


def main() -> None:
    """Measure on SQLite and on PostgreSQL, each in a fresh installation of its own."""
    numbers = [each for each in sys.argv[1:] if each.isdigit()]
    count = int(numbers[0]) if numbers else 100
    if "--here" in sys.argv:
        measure(count)
        return
    from bench.house.serving import installations

    with installations() as found:
        for one in found:
            print(one.run("bench/continuity/switch.py", "--here", str(count)), end="")


def measure(count: int) -> None:
    """Build, switch, look, take back, look; the worker catches up in between."""
    os.environ.setdefault("TONGKE_HOSTS", "testserver")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from config.commands.tables import make_tables
    from tongke.core.jobs import run_pending
    from tongke.core.models import Message
    from tongke.foundation.people.models import SchoolClass
    from tongke.teaching.continuity.models import StandIn
    from tongke.teaching.continuity.services import emergencies
    from tongke.teaching.continuity.services.emergencies import NewEmergency

    make_tables()
    today = timezone.localdate()
    seconds, officer = timed(lambda: build(count, today))
    with connection.cursor() as cursor:
        # As the database does by itself after a while.
        cursor.execute("ANALYZE")
    run_pending()
    classes = SchoolClass.objects.count()
    load = os.getloadavg()[0]
    built = f"built in {seconds:.0f} s, load {load:.1f}"
    print(f"{connection.vendor}: {count} schools, {classes} classes, {built}")
    region = officer.organisation.parent.parent
    new = NewEmergency(
        title="暴雪停课", reason="道路结冰", organisations=[region], starts_on=today, ends_on=today
    )
    now = timezone.now()
    declared, emergency = timed(lambda: emergencies.declare(new, by=officer, at=now))
    cpu = time.process_time()
    worked, (online, matched) = timed(lambda: whole_county(today))
    cpu = time.process_time() - cpu
    assert online == classes, f"{online} of {classes} classes are at home"
    print(f"  declared in {declared * 1000:.0f} ms; all {online} classes' days in {worked:.2f} s "
          f"({cpu:.2f} s of one processor)")  # fmt: skip
    print(f"  {matched} of {classes * PERIODS} periods matched; goal {GOAL_SECONDS:.0f} s: "
          f"{'met' if declared + worked <= GOAL_SECONDS else 'NOT met'}")  # fmt: skip
    show(pages(officer, today), online=True)
    written, _ = timed(run_pending)
    print(f"  worker: {StandIn.objects.count()} stand-ins, {Message.objects.count()} messages "
          f"in {written:.1f} s")  # fmt: skip
    show(pages(officer, today), online=True)
    taken, _ = timed(
        lambda: emergencies.revoke(emergency, reason="天晴", by=officer, at=timezone.now())
    )
    worked, (online, _) = timed(lambda: whole_county(today))
    assert online == 0, f"{online} classes are still at home"
    print(f"  taken back in {taken * 1000:.0f} ms; no class at home after {worked:.2f} s")
    show(pages(officer, today), online=False)


if __name__ == "__main__":
    main()
