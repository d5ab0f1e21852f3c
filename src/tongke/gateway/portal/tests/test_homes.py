"""Each home renders for its role, with and without anything to show."""

import pytest

from tongke.foundation.people.tests.make import NOON, World
from tongke.gateway.portal.tests.make import Town, page

ROLES = (
    "pupil", "guardian", "teacher", "deer_assistant", "head", "timetabler", "researcher", "officer",
    "director", "sysadmin",
)  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_home_renders_without_anything_to_show(cast: World, name: str) -> None:
    shown = page(cast.actors[name], NOON)

    assert "<h1>" in shown
    assert "None" not in shown


@pytest.mark.parametrize("name", ROLES)
def test_home_renders_in_the_middle_of_the_term(town: Town, name: str) -> None:
    shown = page(town.actor(name), town.now)

    assert "第 13 教学周" in shown or name == "pupil"
    assert "None" not in shown
