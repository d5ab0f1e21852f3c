"""The page shell of the signed-in person."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tongke.core.messages import unread_count
from tongke.core.navigation import NavItem, Shell, SwitchOption
from tongke.core.profile import RegionProfile, current
from tongke.foundation.people.actors import Actor, appointments_of
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.roles import Role
from tongke.gateway.portal import navigation

THEME_COOKIE = "tongke_theme"
_THEMES = {"light": "light", "dark": "dark"}


def role_label(role: str) -> str:
    """The region's own name of a role."""
    return current(PeopleProfile).role_labels.get(role) or Role(role).label


def shell(request: HttpRequest) -> dict[str, Any]:
    """Everything around a page: navigation, person, switcher, unread messages, theme."""
    region = current(RegionProfile)
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        theme = _THEMES.get(request.COOKIES.get(THEME_COOKIE, ""), "")
        return {"shell": Shell(product=region.product_name, region=region.name, theme=theme)}
    options = tuple(
        SwitchOption(
            str(one.pk),
            f"{role_label(one.role)} · {one.organisation.short_name}",
            current=one.pk == actor.appointment_id,
        )
        for one in actor.held or appointments_of(actor.person, actor.today)
    )
    side, bottom = navigation.both(actor, request.path)
    return {
        "shell": Shell(
            organisation=actor.organisation.name,
            nav=side,
            bottom=bottom,
            person_name=actor.person.name,
            role_label=f"{role_label(actor.role)} · {actor.organisation.short_name}",
            switch_options=options,
            unread=unread_count(actor.account),
            person_links=(
                NavItem("修改密码", "key", reverse("account_change_password")),
                NavItem("两步验证", "shield-check", reverse("mfa_index")),
                NavItem("消息设置", "bell", reverse("portal:message-settings")),
            ),
            product=region.product_name,
            region=region.name,
            theme=_THEMES.get(actor.account.theme, ""),
        )
    }
