"""Core's own repeated jobs."""

from datetime import timedelta

from django.utils import timezone

from tongke.core import audit
from tongke.core.jobs import task
from tongke.core.models import Job


@task("core.seal_audit", every_minutes=0.25)
def seal_audit() -> None:
    """Chain the newest audit entries. Safe to run twice."""
    audit.seal_tail()


@task("core.forget_done_jobs", every_minutes=60)
def forget_done_jobs() -> None:
    """Drop finished jobs after 14 days, and finished repeats after a day. Safe to run twice."""
    now = timezone.now()
    done = Job.objects.filter(state=Job.State.DONE)
    done.filter(finished_at__lt=now - timedelta(days=14)).delete()
    done.filter(finished_at__lt=now - timedelta(days=1), key__startswith="at:").delete()
