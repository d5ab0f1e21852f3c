"""One scene per test module: written once, and every test begins with it as it was."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.teaching.timetable.tests.make import Scene, make_scene


@pytest.fixture(scope="module")
def written_scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene in a transaction that is open as long as the module's tests run."""
    outer = transaction.atomic()
    with django_db_blocker.unblock():
        outer.__enter__()
        made = make_scene()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def scene(written_scene: Scene, db: None) -> Scene:
    """A copy of the scene: what a test does to it is gone with the test."""
    return copy.deepcopy(written_scene)


@pytest.fixture
def no_second_factor() -> Iterator[None]:
    """A region in which the bureau's staff sign in without a second factor."""
    with override(PeopleProfile, second_factor_roles=()):
        yield
