"""The timetable's scene, with ordinary lessons, a textbook and something in the library."""

from collections.abc import Iterator

import pytest

from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.teaching.continuity.tests.make import furnish
from tongke.teaching.timetable.tests.conftest import scene as bare_scene
from tongke.teaching.timetable.tests.conftest import written_scene
from tongke.teaching.timetable.tests.make import Scene

__all__ = ["bare_scene", "written_scene"]


@pytest.fixture
def scene(bare_scene: Scene) -> Scene:
    """The county with lessons on Mondays to Fridays, and a page on the textbook's first point."""
    furnish(bare_scene)
    return bare_scene


@pytest.fixture
def no_second_factor() -> Iterator[None]:
    """A region in which the bureau's staff sign in without a second factor."""
    with override(PeopleProfile, second_factor_roles=()):
        yield
