"""A region whose officers sign in without a phone; a cache of its own for every test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.make import World, world
from tongke.gateway.portal.tests.make import Town, town


@pytest.fixture(autouse=True)
def _no_phone() -> Iterator[None]:
    cache.clear()
    with override(PeopleProfile, second_factor_roles=[]):
        yield


@pytest.fixture
def cast(db: None) -> World:
    """People without a timetable."""
    return world()


@pytest.fixture(name="town")
def _town(db: None) -> Town:
    """People in the middle of their term."""
    return town()
