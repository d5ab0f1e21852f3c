"""Two processes hand in the same homework at the same moment: one submission, marked once."""

import time

import pytest

from tests.faults.conftest import Installation
from tests.faults.stage import PUPILS

pytestmark = pytest.mark.slow
ITEMS = 5


def test_handing_in_twice_at_once_is_handing_in_once(installation: Installation) -> None:
    moment = str(time.time() + 6)
    both = [installation.start("tests.faults.stage", "submit", moment) for _ in range(2)]
    for process in both:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error

    found = installation.report()

    assert (found["marked"], found["points"]) == (PUPILS, [4.0])
    assert found["responses"] == found["records"] == found["recorded"] == PUPILS * ITEMS
    assert found["handed_in"] == found["refreshes"] == PUPILS
