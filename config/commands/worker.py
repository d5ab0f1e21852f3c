"""`tongke worker`: delivers jobs until it is told to stop."""

import os
import signal
import threading
from datetime import timedelta

from django.db import close_old_connections
from django.utils import timezone

from tongke.core import jobs

_IDLE_SECONDS = 0.5
_SCHEDULE_SECONDS = 5.0
_WARM_SECONDS = 20.0
_NICE = 10


def work(parent_pid: int | None = None, *, slow: bool | None = None) -> int:
    """Run due jobs; returns when signalled or when the parent process is gone.

    Args:
        slow: only jobs that compute for minutes, or only others; None runs any.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    last_schedule = timezone.now() - timedelta(days=1)
    if slow:
        os.nice(_NICE)  # live lessons come first
        later = threading.Timer(_WARM_SECONDS, _warm)
        later.daemon = True
        later.start()
    while not stop.is_set():
        if parent_pid is not None and os.getppid() != parent_pid:
            break
        now = timezone.now()
        if not slow and (now - last_schedule).total_seconds() >= _SCHEDULE_SECONDS:
            jobs.schedule_due(now)
            last_schedule = now
        job = jobs.claim(now, slow=slow)
        if job is None:
            close_old_connections()
            stop.wait(_IDLE_SECONDS)
        else:
            jobs.run(job)
    return 0


def _warm() -> None:
    """Load the planner while nobody waits: the first time in an installation it is compiled."""
    from tongke.teaching.timetable.planner import solving  # noqa: F401
