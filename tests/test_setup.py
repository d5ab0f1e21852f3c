"""Each of the five regions, and the demo, comes to life in an empty database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.commands import setup
from tongke.core import profile
from tongke.core.errors import Refused
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.actors import actor_for
from tongke.foundation.people.models import Organisation

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted((ROOT / "profiles").glob("*.toml")), ids=lambda p: p.stem)
def test_a_region_is_set_up_from_its_profile(path: Path) -> None:
    region = profile.load(path)
    with profile.use(region):
        account = setup.first_admin("admin", "管理员", "Kettle-29-Lantern", at=NOON)
        actor = actor_for(account, NOON.date())

        root = Organisation.objects.get(parent=None)
        assert root.name == region.profile(profile.RegionProfile).name
        assert actor is not None
        assert actor.role == "sysadmin"
        assert Subject.objects.filter(code="SB0602", name="音乐").exists()
        assert Grade.objects.filter(code="15", name="五年级").exists()


@pytest.mark.django_db
def test_the_first_administrator_is_made_once_and_with_a_good_password() -> None:
    with pytest.raises(Refused, match="密码"):
        setup.first_admin("admin", "管理员", "123", at=NOON)
    assert not Organisation.objects.exists()

    setup.first_admin("admin", "管理员", "Kettle-29-Lantern", at=NOON)
    with pytest.raises(Refused, match="已经有账号"):
        setup.first_admin("other", "别人", "Kettle-29-Lantern", at=NOON)
