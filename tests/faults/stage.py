"""The other processes of the fault tests: `python -m tests.faults.stage VERB …`.

seed       an installation with lessons to credit, answers to estimate and open homework
kill N     say that it is ready, read the number of a process, end it when N jobs are done
expire     let the leases of dead workers run out, as time would
submit AT  hand in every pupil's homework at a moment in seconds since 1970
report     what stands in the tables, as JSON
"""

import json
import os
import signal
import sys
import time
from datetime import timedelta

import django

from config.commands.tables import make_tables

LESSONS = 60
PUPILS = 12


def seed() -> None:
    """Lessons to credit and pupils with answers, all as jobs; homework for the double hand-in."""
    from django.utils import timezone

    from tongke.engines.learning.services import refresh
    from tongke.engines.learning.tests.make import answered, fill_class, make_page
    from tongke.foundation.curriculum.tests.make import point
    from tongke.foundation.people.tests.make import TODAY, world
    from tongke.teaching.homework.tests.make import give_now, make_lesson
    from tongke.teaching.timetable.models import Lesson, LessonClass
    from tongke.teaching.timetable.services.crediting import credit_lesson

    make_tables()
    cast = world()
    first = make_lesson(cast)
    make_page(point(), cast.teacher)
    credit_lesson.enqueue(key="0", lesson=first.pk, revision=0)
    sides = list(LessonClass.objects.filter(lesson=first))
    for number in range(1, LESSONS):
        lesson = Lesson.objects.get(pk=first.pk)
        lesson.pk, lesson.day = None, TODAY - timedelta(days=number)
        lesson.save(force_insert=True)
        for side in sides:
            side.pk, side.lesson = None, lesson
            side.save(force_insert=True)
        credit_lesson.enqueue(key=str(number), lesson=lesson.pk, revision=0)
    for pupil in fill_class(cast.deer_class, PUPILS):
        answered(pupil, point(), 0, 0, 0, at=timezone.now())
        for turn in range(5):
            refresh.enqueue(
                key=f"{pupil.pk}:{turn}", pupil_id=pupil.pk, key_point_ids=[point().pk],
                source_key="fault",
            )  # fmt: skip
    give_now(first, by=cast.teacher)


def kill(number: int) -> None:
    """Kill the worker named on stdin as soon as so many jobs are done."""
    from tongke.core.models import Job

    done = Job.objects.filter(state=Job.State.DONE).count()
    assert done < number, f"{done} jobs were done before"
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker, until = int(sys.stdin.readline()), time.monotonic() + 120
    while Job.objects.filter(state=Job.State.DONE).count() < number:
        assert time.monotonic() < until, "the worker does not come on"
        time.sleep(0.01)
    os.kill(worker, signal.SIGKILL)


def expire() -> None:
    """The lease of a job whose worker died runs out."""
    from django.utils import timezone

    from tongke.core.models import Job

    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(state=Job.State.RUNNING).update(lease_until=past)


def submit(moment: float) -> None:
    """Hand in for every pupil of the listening class, beginning at the moment."""
    from django.utils import timezone

    from tongke.foundation.people.models import Person
    from tongke.teaching.homework.models import Homework
    from tongke.teaching.homework.services import submissions
    from tongke.teaching.homework.tests.make import HALF

    homework = Homework.objects.get()
    pupils = list(Person.objects.filter(name__startswith="学生").order_by("pk"))
    time.sleep(max(0.0, moment - time.time()))
    for pupil in pupils:
        now = timezone.now()
        one = submissions.begin(homework, pupil, at=now)
        assert submissions.hand_in(one, HALF, at=now).state == "marked"


def report() -> dict[str, object]:
    """Numbers that the tests compare."""
    from django.db.models import Count, Sum

    from tongke.core.models import AuditEntry, Job
    from tongke.engines.credits.models import Entry
    from tongke.engines.learning.models import LearningRecord, Mastery, Recommendation
    from tongke.teaching.homework.models import Response, Submission

    records = LearningRecord.objects.filter(object_type="homework.response", verb="answered")
    refreshes = Job.objects.filter(name="learning.refresh", key__startswith="homework:")
    mine = Job.objects.filter(name__in=["timetable.credit_lesson", "learning.refresh"])
    return {
        "jobs": dict(mine.values_list("state").annotate(n=Count("pk")).order_by("state")),
        "dead": Job.objects.filter(state="dead").count(),
        "entries": Entry.objects.count(),
        "amount": float(round(Entry.objects.aggregate(s=Sum("amount"))["s"] or 0, 2)),
        "mastery": Mastery.objects.count(),
        "advice": Recommendation.objects.count(),
        "marked": Submission.objects.filter(state="marked").count(),
        "points": sorted(set(Submission.objects.values_list("points", flat=True))),
        "responses": Response.objects.count(),
        "records": records.count(),
        "recorded": records.values("object_id").distinct().count(),
        "handed_in": AuditEntry.objects.filter(action="homework.submission.handed-in").count(),
        "refreshes": refreshes.count(),
    }


def main(arguments: list[str]) -> None:
    """Run one verb."""
    django.setup()
    match arguments:
        case ["seed"]:
            seed()
        case ["kill", number]:
            kill(int(number))
        case ["expire"]:
            expire()
        case ["submit", moment]:
            submit(float(moment))
        case ["report"]:
            sys.stdout.write(json.dumps(report()))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
