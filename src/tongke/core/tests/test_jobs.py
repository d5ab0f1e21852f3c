"""Jobs: written with the facts, delivered at least once, effective exactly once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tongke.core import jobs
from tongke.core.models import Job, Message

CALLS: list[str] = []


@jobs.task("test.note", retries=2)
def note(word: str) -> None:
    """Keep the word. Safe to run twice."""
    CALLS.append(word)
    if word == "broken":
        raise ValueError("this job never works")


@jobs.task("test.half", retries=1)
def half(login: str) -> None:
    """Write something, then fail: nothing of it may stay."""
    Job.objects.create(
        name="test.trace", key=login, run_at=timezone.now() + timedelta(days=1),
        created_at=timezone.now(),
    )  # fmt: skip
    raise ValueError("after the write")


@jobs.task("test.often", every_minutes=10)
def often() -> None:
    """Count. Safe to run twice."""
    CALLS.append("often")


@jobs.task("test.long", slow=True)
def long() -> None:
    """Compute for minutes. Safe to run twice."""
    CALLS.append("long")


@jobs.task("test.class", retries=0, together=3)
def whole_class(given: Sequence[Mapping[str, str]]) -> None:
    """Keep the words of several jobs at once. Safe to run twice."""
    words = [one["word"] for one in given]
    if "broken" in words:
        raise ValueError("one of them never works")
    CALLS.append("+".join(words))


@pytest.fixture(autouse=True)
def _empty() -> None:
    CALLS.clear()


@pytest.mark.django_db
def test_the_same_key_is_done_once() -> None:
    assert note.enqueue(key="a", word="one")
    assert not note.enqueue(key="a", word="one")

    assert jobs.run_pending() == 1
    assert CALLS == ["one"]
    assert not note.enqueue(key="a", word="one")


@pytest.mark.django_db
def test_a_job_of_a_rolled_back_transaction_does_not_exist() -> None:
    def fail() -> None:
        with transaction.atomic():
            note.enqueue(key="b", word="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert jobs.run_pending() == 0


@pytest.mark.django_db
def test_failure_waits_longer_each_time_and_ends_as_a_dead_letter() -> None:
    note.enqueue(key="c", word="broken")
    at, waits = timezone.now(), []
    while (job := jobs.claim(at)) is not None:
        assert not jobs.run(job)
        job.refresh_from_db()
        waits.append((job.run_at - timezone.now()).total_seconds())
        at = job.run_at + timedelta(seconds=1)

    assert job is None
    dead = Job.objects.get(name="test.note", key="c")
    assert (dead.state, dead.attempts) == (Job.State.DEAD, 3)
    assert "this job never works" in dead.error
    assert waits[0] < waits[1]

    assert jobs.retry_dead(dead, at=timezone.now())
    assert not jobs.retry_dead(dead, at=timezone.now())


@pytest.mark.django_db
def test_what_a_failing_handler_wrote_is_undone() -> None:
    half.enqueue(key="d", login="x")

    jobs.run_pending()

    assert not Job.objects.filter(name="test.trace").exists()


@pytest.mark.django_db
def test_a_job_whose_worker_died_comes_back_after_its_lease() -> None:
    note.enqueue(key="e", word="again")
    now = timezone.now()
    first = jobs.claim(now)
    assert first is not None
    assert jobs.claim(now) is None

    second = jobs.claim(now + note.lease + timedelta(seconds=1))
    assert second is not None
    assert jobs.run(second)
    # The first worker wakes up late: its lease is gone, and its work takes no effect.
    assert not jobs.run(first)
    assert Job.objects.get(key="e").state == Job.State.DONE


@pytest.mark.django_db
def test_a_schedule_enqueues_once_for_two_workers() -> None:
    now = timezone.now()
    jobs.schedule_due(now)
    jobs.schedule_due(now)

    assert Job.objects.filter(name="test.often").count() == 1

    jobs.schedule_due(now + timedelta(minutes=11))
    assert Job.objects.filter(name="test.often").count() == 2
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_waiting_jobs_of_one_task_are_done_together_up_to_its_number() -> None:
    for word in ("one", "two", "three", "four"):
        whole_class.enqueue(key=word, word=word)
    note.enqueue(key="other", word="alone")

    assert jobs.run_pending() == 5
    assert CALLS == ["one+two+three", "four", "alone"]
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


@pytest.mark.django_db
def test_of_jobs_done_together_only_the_broken_one_fails() -> None:
    for word in ("one", "broken", "three"):
        whole_class.enqueue(key=word, word=word)

    assert jobs.run_pending() == 3
    assert CALLS == ["one", "three"]
    dead = Job.objects.get(state=Job.State.DEAD)
    assert dead.args == {"word": "broken"}
    assert Job.objects.filter(state=Job.State.DONE).count() == 2


@pytest.mark.django_db
def test_jobs_taken_along_by_a_worker_that_died_come_back_after_the_lease() -> None:
    for word in ("one", "two"):
        whole_class.enqueue(key=word, word=word)
    now = timezone.now()
    first = jobs.claim(now)
    assert first is not None
    assert [each.key for each in jobs._companions(first)] == ["two"]
    assert jobs.claim(now) is None

    assert jobs.run_pending(at=now + whole_class.lease + timedelta(seconds=1)) == 2
    assert CALLS == ["one", "two"]


@pytest.mark.django_db
def test_what_computes_for_minutes_has_a_worker_of_its_own() -> None:
    now = timezone.now()
    long.enqueue(key="1", run_at=now - timedelta(minutes=1))
    note.enqueue(key="1", word="soon", run_at=now)

    quick = jobs.claim(now, slow=False)
    assert quick is not None
    assert quick.name == "test.note"
    assert jobs.claim(now, slow=False) is None
    slow = jobs.claim(now, slow=True)
    assert slow is not None
    assert slow.name == "test.long"
    assert jobs.claim(now, slow=True) is None
