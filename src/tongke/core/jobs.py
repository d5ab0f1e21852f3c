"""Jobs and outbox in one table (ADR 3): work is written with the facts that make it necessary.

A job row is inserted in the caller's transaction, so it exists exactly when the facts exist. The
worker delivers it at least once, with growing pauses between tries; what still fails is kept as a
dead letter with its error. By default the handler runs in one transaction with the "done" mark,
so a handler that only writes the database takes effect exactly once.
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tongke.core.models import Job, JobSchedule

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """A named handler and how it is delivered."""

    name: str
    handler: Callable[..., None]
    retries: int
    lease: timedelta
    atomic: bool
    every: timedelta | None = None
    together: int = 0
    slow: bool = False

    def call(self, jobs: Sequence[Job]) -> None:
        """Let the handler do these jobs; several only where it takes them together."""
        if self.together:
            self.handler([job.args for job in jobs])
        else:
            for job in jobs:
                self.handler(**job.args)

    def enqueue(self, *, key: str, run_at: datetime | None = None, **args: Any) -> bool:
        """Write the job in the current transaction; False when the key already exists."""
        now = timezone.now()
        fresh = Job(name=self.name, key=key, args=args, run_at=run_at or now, created_at=now)
        if Job.objects.filter(name=self.name, key=key).exists():
            return False
        return bool(Job.objects.bulk_create([fresh], ignore_conflicts=True))


_TASKS: dict[str, Task] = {}


def task(
    name: str,
    *,
    retries: int = 8,
    lease_seconds: int = 120,
    atomic: bool = True,
    every_minutes: float | None = None,
    together: int = 0,
    slow: bool = False,
) -> Callable[[Callable[..., None]], Task]:
    """Register a handler. It takes JSON keyword arguments and must be safe to run twice.

    Args:
        atomic: run in one transaction with the "done" mark; set False for files and network.
        every_minutes: also run it without arguments, again and again, at this distance.
        together: at most so many waiting jobs are handed over at once, for work that costs little
            more for a class than for one pupil. The handler then takes a list of arguments, one
            dict for each job; they are done or undone together, and after a failure one by one.
        slow: computes for minutes; a worker of its own takes such jobs, so that marking and
            messages never wait for them.
    """
    assert not together or (atomic and not every_minutes)

    def wrap(handler: Callable[..., None]) -> Task:
        every = timedelta(minutes=every_minutes) if every_minutes else None
        lease = timedelta(seconds=lease_seconds)
        made = Task(name, handler, retries, lease, atomic, every, together, slow)
        assert name not in _TASKS or _TASKS[name].handler.__module__ == handler.__module__
        _TASKS[name] = made
        return made

    return wrap


def tasks() -> list[Task]:
    """Every registered task, by name."""
    return [_TASKS[name] for name in sorted(_TASKS)]


def pause_after(attempts: int) -> timedelta:
    """The wait before the next try: 2 s, 8 s, 32 s …, at most an hour."""
    return timedelta(seconds=min(3600, 2 * 4 ** max(0, attempts - 1)))


def schedule_due(at: datetime) -> int:
    """Enqueue the repeated tasks whose time has come; two workers enqueue them once."""
    count = 0
    for each in tasks():
        if each.every is None:
            continue
        row, _ = JobSchedule.objects.get_or_create(name=each.name, defaults={"next_at": at})
        if row.next_at > at:
            continue
        with transaction.atomic():
            won = JobSchedule.objects.filter(name=each.name, next_at=row.next_at).update(
                next_at=at + each.every
            )
            if won:
                each.enqueue(key=f"at:{row.next_at.isoformat()}")
                count += 1
    return count


def claim(at: datetime, *, slow: bool | None = None) -> Job | None:
    """Take one due job under a lease, or None. A job whose worker died comes back by itself.

    Args:
        slow: only slow tasks, or only others; None takes any.
    """
    due = Q(state=Job.State.WAITING, run_at__lte=at) | Q(
        state=Job.State.RUNNING, lease_until__lt=at
    )
    rows = Job.objects.filter(due).order_by("run_at", "id")
    if slow is not None:
        names = [each.name for each in tasks() if each.slow]
        rows = rows.filter(name__in=names) if slow else rows.exclude(name__in=names)
    # Mostly the first one is won; only where another worker is faster are more looked at.
    for most in (1, 20):
        listed = list(rows[:most])
        for job in listed:
            known = _TASKS.get(job.name)
            lease = known.lease if known else timedelta(seconds=60)
            if _take(job, at + lease):
                return job
        if len(listed) < most:
            break
    return None


def _take(job: Job, until: datetime) -> bool:
    """Put a job under a lease; the WHERE clause decides between two workers."""
    won = Job.objects.filter(
        pk=job.pk, state=job.state, lease_until=job.lease_until, attempts=job.attempts
    ).update(state=Job.State.RUNNING, lease_until=until, attempts=F("attempts") + 1)
    if won:
        job.state, job.lease_until, job.attempts = Job.State.RUNNING, until, job.attempts + 1
    return bool(won)


def run(job: Job) -> bool:
    """Run a claimed job to its end, with others that wait where its task takes them together.

    Returns:
        True when this job is done.
    """
    return _run_all([job, *_companions(job)])[0]


def _companions(job: Job) -> list[Job]:
    """Waiting jobs to do along with a claimed one, under its lease; none that failed before."""
    known, until = _TASKS.get(job.name), job.lease_until
    if known is None or not known.together or job.attempts > 1 or until is None:
        return []
    waiting = Job.objects.filter(
        name=job.name, state=Job.State.WAITING, attempts=0, run_at__lte=until - known.lease
    )
    with transaction.atomic():
        rows = waiting.order_by("run_at", "id")[: known.together - 1]
        return [each for each in rows if _take(each, until)]


def _run_all(group: Sequence[Job]) -> list[bool]:
    """Run claimed jobs of one task; whether each is done."""
    if len(group) > 1:
        try:
            _attempt(group)
        except Exception:
            error = traceback.format_exc(limit=12)
            log.warning("%s jobs %s together: %s", len(group), group[0].name, error)
        else:
            return [True] * len(group)
    return [_run_one(job) for job in group]


def _run_one(job: Job) -> bool:
    try:
        _attempt([job])
    except Exception:
        known = _TASKS.get(job.name)
        _fail(job, traceback.format_exc(limit=12), known.retries if known else 0)
        return False
    return True


def _attempt(group: Sequence[Job]) -> None:
    known = _TASKS.get(group[0].name)
    if known is None:
        raise LookupError(f"no task named {group[0].name}")
    with transaction.atomic() if known.atomic else nullcontext():
        known.call(group)
        for job in group:
            _finish(job)


def _finish(job: Job) -> None:
    done = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts).update(
        state=Job.State.DONE, finished_at=timezone.now(), error="", lease_until=None
    )
    if not done:
        raise RuntimeError("the lease ran out and another worker took the job")


def _fail(job: Job, error: str, retries: int) -> None:
    dead = job.attempts > retries
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts).update(
        state=Job.State.DEAD if dead else Job.State.WAITING,
        run_at=timezone.now() + pause_after(job.attempts),
        lease_until=None,
        error=error[-4000:],
    )
    log.log(logging.ERROR if dead else logging.WARNING, "job %s %s: %s", job.name, job.pk, error)


def run_pending(*, at: datetime | None = None, limit: int = 10_000) -> int:
    """Run every job that is due at `at` (now by default), also those they enqueue."""
    count = 0
    while count < limit and (job := claim(at or timezone.now())):
        count += len(_run_all([job, *_companions(job)]))
    return count


def retry_dead(job: Job, *, at: datetime) -> bool:
    """Give a dead letter a fresh set of tries; False when it is not dead any more."""
    return bool(
        Job.objects.filter(pk=job.pk, state=Job.State.DEAD).update(
            state=Job.State.WAITING, attempts=0, run_at=at
        )
    )
