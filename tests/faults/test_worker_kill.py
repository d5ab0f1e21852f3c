"""Kill the worker in the middle of its deliveries: everything arrives, nothing twice."""

import re
import subprocess
import sys

import pytest

from tests.faults.conftest import ROOT, Installation
from tests.faults.stage import LESSONS, PUPILS

pytestmark = pytest.mark.slow
JOBS = LESSONS + 5 * PUPILS


def test_a_killed_worker_loses_nothing_and_doubles_nothing(installation: Installation) -> None:
    # Twice while lessons are credited one by one, once while pupils are estimated together.
    for reached in (LESSONS // 3, 2 * LESSONS // 3, LESSONS + PUPILS):
        killer = installation.start("tests.faults.stage", "kill", str(reached))
        assert killer.stdout is not None
        assert killer.stdout.readline() == "ready\n"
        worker = installation.start("config.cli", "worker")
        try:
            _, error = killer.communicate(f"{worker.pid}\n", timeout=180)
            assert killer.returncode == 0, error
        finally:
            worker.kill()
            worker.communicate(timeout=30)
        installation.stage("expire")
    halfway = installation.report()
    assert 0 < halfway["jobs"]["done"] < JOBS, "killed too late to prove anything"

    worker = installation.start("config.cli", "worker")
    try:
        # The repeated jobs of the platform are done in between, so the count alone says little.
        _until_all_done(installation, worker)
    finally:
        worker.terminate()
        worker.communicate(timeout=30)

    found = installation.report()
    assert found["jobs"] == {"done": JOBS}
    assert found["dead"] == 0
    assert found["entries"] == 3 * LESSONS
    assert found["amount"] == pytest.approx(LESSONS * (1.5 + 0.8 + 0.8))
    assert found["mastery"] == found["advice"] == PUPILS


def _until_all_done(installation: Installation, worker: subprocess.Popen[str]) -> None:
    for _ in range(60):
        assert worker.poll() is None, "the worker ended by itself"
        if installation.report()["jobs"] == {"done": JOBS}:
            return
    raise AssertionError("the worker does not come to an end")


def test_the_worker_knows_every_task(installation: Installation) -> None:
    """It loads the applications but no addresses: a task that only a view imports would die."""
    written = {
        name
        for path in (ROOT / "src").rglob("*.py")
        if "tests" not in path.parts
        for name in re.findall(r'^@task\(\s*"([\w.-]+)"', path.read_text(), re.MULTILINE)
    }
    code = (
        "import django; django.setup()\n"
        "from tongke.core import jobs\n"
        "print('\\n'.join(each.name for each in jobs.tasks()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=installation.env, cwd=ROOT, text=True,
        capture_output=True, check=True,
    )  # fmt: skip

    assert written - set(done.stdout.split()) == set()
