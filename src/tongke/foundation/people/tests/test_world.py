"""The cast that other tests stand on."""

import pytest

from tongke.foundation.people import policy
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.tests.make import world


@pytest.mark.django_db
def test_the_world_is_two_counties_and_its_people_see_their_own() -> None:
    cast = world()

    assert cast.deer_bay.path.startswith(cast.centre.path)
    assert set(policy.people(cast.guardian, Perm.PERSON_READ)) == {
        cast.guardian.person, cast.deer_pupils[0],
    }  # fmt: skip
    assert not policy.people(cast.stranger, Perm.PERSON_READ).filter(pk=cast.far_pupil.pk).exists()
    assert len(cast.actors) == 14
