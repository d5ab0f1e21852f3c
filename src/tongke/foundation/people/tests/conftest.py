"""The cast and a region whose officers sign in without a phone, for tests of pages."""

from collections.abc import Iterator

import pytest

from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries import vocabulary
from tongke.foundation.people.tests.make import World, world

SUBJECTS = [("SB0101", "语文"), ("SB0201", "数学"), ("SB0602", "音乐")]


class Words:
    """Names as curriculum would give them."""

    def subjects(self) -> list[tuple[str, str]]:
        return SUBJECTS

    def grades(self) -> list[tuple[str, str]]:
        return vocabulary._Bare().grades()


@pytest.fixture
def cast(db: None) -> World:
    return world()


@pytest.fixture
def no_phone() -> Iterator[None]:
    with override(PeopleProfile, second_factor_roles=[]):
        yield


@pytest.fixture(autouse=True)
def _words() -> Iterator[None]:
    known = list(vocabulary._known)
    vocabulary.register(Words())
    yield
    vocabulary._known[:] = known
