"""One county for all tests of this package: each test undoes its own changes to it.

Planning and publishing a term takes a second or two, so it is done once, in a transaction around
the tests; their own transactions are savepoints in it.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.make import World, world
from tongke.gateway.portal.tests.make import Town
from tongke.gateway.portal.tests.make import town as make_town
from tongke.teaching.classroom.profile import ClassroomProfile


@pytest.fixture(autouse=True)
def _calm() -> Iterator[None]:
    """Officers sign in without a phone, rooms open late; nothing is kept from the test before."""
    cache.clear()
    with (
        override(PeopleProfile, second_factor_roles=[]),
        override(ClassroomProfile, opens_minutes_before=10),
    ):
        yield


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """The county, written once and taken back at the end."""
    around = transaction.atomic()
    # Services may insist on being outermost; they are, but for this one.
    around._from_testcase = True  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        around.__enter__()
        made = make_town()
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def town(built: Town, db: None) -> Town:
    """The county in the middle of its term, fresh for every test."""
    return copy.deepcopy(built)


@pytest.fixture
def cast(db: None) -> World:
    """People of two other counties, without a timetable."""
    return world()
