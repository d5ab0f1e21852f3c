"""Makers for tests of communities."""

from collections.abc import Sequence

from django.test import Client

from tongke.engines.communities import services
from tongke.engines.communities.models import Community
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.tests.make import NOON, YEAR_START, World, make_school


def make_virtual(world: World) -> Community:
    """The county's virtual school."""
    return services.create_community(
        kind="virtual", name="青溪数字学校", owner=world.region.bureau, since=YEAR_START,
        by=world.officer, at=NOON,
    )  # fmt: skip


def make_consortium(
    world: World,
    name: str = "栖云教学共同体",
    *,
    centre: Organisation | None = None,
    listening: Sequence[Organisation] | None = None,
) -> Community:
    """A consortium: the world's centre with both teaching points, unless others are named."""
    community = services.create_community(
        kind="consortium", name=name, owner=world.region.bureau, since=YEAR_START,
        pattern="points", by=world.officer, at=NOON,
    )  # fmt: skip
    sides = [(centre or world.centre, "centre")]
    points = (world.deer_bay, world.stone_bridge) if listening is None else listening
    sides += [(each, "listening") for each in points]
    for school, side in sides:
        services.join(community, school, side=side, since=YEAR_START, by=world.officer, at=NOON)
    return community


def make_schools(world: World, count: int) -> list[Organisation]:
    """Further schools of the world's county."""
    return [make_school(f"青溪第{number}小学", parent=world.region.region)
            for number in range(1, count + 1)]  # fmt: skip


def browse(actor: Actor) -> Client:
    """A browser signed in as this actor; second factors are the caller's to switch off."""
    client = Client()
    client.force_login(actor.account, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["appointment"] = actor.appointment_id
    session.save()
    return client
