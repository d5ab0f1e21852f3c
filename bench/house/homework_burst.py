"""200 pupils hand in their homework at the same moment: how long, any error, any lost?

Run: PYTHONPATH=src:. .venv/bin/python bench/house/homework_burst.py
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.house.serving import Installation, figures, installations, machine

PUPILS = 200


def seed() -> None:
    """A homework of five items for a class of 200; prints its number and the pupils' cookies."""
    import django

    django.setup()
    from bench.house.serving import session_of
    from config.commands.tables import make_tables
    from tongke.foundation.people.roles import Role
    from tongke.foundation.people.tests.make import acting, make_pupil, world
    from tongke.teaching.homework.tests.make import give_now, make_lesson

    make_tables()
    cast = world()
    homework = give_now(make_lesson(cast), by=cast.teacher)
    pupils = [make_pupil(cast.deer_class, f"学生{n}", seat=n) for n in range(10, 10 + PUPILS)]
    actors = [acting(one, Role.PUPIL) for one in pupils]
    cookies = [session_of(one.account, one.appointment_id) for one in actors]
    print(json.dumps({"homework": homework.pk, "cookies": cookies}))


def count() -> None:
    """Print what stands in the tables."""
    import django

    django.setup()
    from tongke.core.models import Job
    from tongke.engines.learning.models import LearningRecord
    from tongke.teaching.homework.models import Response, Submission

    records = LearningRecord.objects.filter(object_type="homework.response", voided_by=None)
    refreshes = Job.objects.filter(name="learning.refresh", key__startswith="homework:")
    print(json.dumps([
        Submission.objects.filter(state="marked").count(), Response.objects.count(),
        records.count(), refreshes.count(),
    ]))  # fmt: skip


def hand_in(
    port: int, homework: int, cookie: str, gate: threading.Barrier, taken: list[float],
    wrong: list[str],
) -> None:  # fmt: skip
    """One pupil's browser: open the page before the moment, hand in at it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/homework/{homework}/take/", headers={"Cookie": cookie})
    answer = connection.getresponse()
    page = answer.read().decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    csrf = (answer.getheader("Set-Cookie") or "").split(";")[0]
    body = urlencode({"csrfmiddlewaretoken": token, "a1": "B", "a2": "A", "a3": "对"})
    headers = {"Cookie": f"{cookie}; {csrf}", "Content-Type": "application/x-www-form-urlencoded",
               "Referer": f"http://127.0.0.1:{port}/"}  # fmt: skip
    gate.wait(timeout=300)
    began = time.perf_counter()
    try:
        connection.request("POST", f"/homework/{homework}/hand-in/", body, headers)
        status = connection.getresponse().status
    except OSError as error:
        wrong.append(str(error))
        return
    if status == 302:
        taken.append(time.perf_counter() - began)
    else:
        wrong.append(str(status))


def bench(where: Installation) -> None:
    """Print the figures of one kind of database."""
    made = json.loads(where.run(__file__, "seed").splitlines()[-1])
    gate, taken, wrong = threading.Barrier(PUPILS + 1), list[float](), list[str]()
    with where.served() as port:
        threads = [
            threading.Thread(
                target=hand_in, args=(port, made["homework"], each, gate, taken, wrong)
            )
            for each in made["cookies"]
        ]
        for each in threads:
            each.start()
        gate.wait(timeout=300)
        began = time.perf_counter()
        for each in threads:
            each.join()
        whole = time.perf_counter() - began
    stands = json.loads(where.run(__file__, "count").splitlines()[-1])
    assert stands == [PUPILS, 5 * PUPILS, 5 * PUPILS, PUPILS], f"lost or doubled: {stands}"
    print(
        f"{where.kind}: {PUPILS} submissions at once in {whole:.2f} s, {figures(taken)}, "
        f"{len(wrong)} errors {sorted(set(wrong))}, none lost, none doubled"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seed"]:
            seed()
        case ["count"]:
            count()
        case _:
            print(machine())
            with installations() as each_kind:
                for one in each_kind:
                    bench(one)
