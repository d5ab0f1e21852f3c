"""The access matrix: every address of the platform, and who does or does not have it."""

import re
import time
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from datetime import date

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from config import urls
from tests.access.cast import EVERYONE, GUEST, STRANGERS
from tests.access.row import Row
from tests.access.rows import ROWS
from tests.access.story import Story, tell_story
from tongke.core.profile import override
from tongke.foundation.people import middleware
from tongke.foundation.people.actors import Actor, actor_for
from tongke.foundation.people.models import Account
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.pages import client_of

# ibis asks duckdb in a way that duckdb means to give up.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]
METHODS = ("GET", "POST")
NOTHING = 10**9


class _RolledBack(Exception):
    """Ends a savepoint."""


class Remembered:
    """Who acts, looked up once for each visitor: the story's roles stand still between visits."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, date, int | None], Actor | None] = {}

    def __call__(self, account: Account, today: date, chosen: int | None = None) -> Actor | None:
        """As `actor_for`, which it asks the first time."""
        key = (account.pk, today, chosen)
        if key not in self.known:
            self.known[key] = actor_for(account, today, chosen)
        actor = self.known[key]
        if actor is None:
            return None
        account.person = copy(actor.person)
        return replace(actor, account=account, person=account.person)


def _in_use(client: Client) -> None:
    """Note the session as used just now: taken back each time, it would be noted each time."""
    session = client.session
    session["seen"] = int(time.time()) + 3600
    session.save()


class Visitors:
    """A signed-in browser for everybody of the story; whatever a visit writes is taken back."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.remembered = Remembered()
        self.clients = {name: client_of(actor) for name, actor in story.actors.items()}
        for client in self.clients.values():
            _in_use(client)
        self.clients[GUEST] = Client()
        self.cookies = {name: dict(each.cookies) for name, each in self.clients.items()}

    def ask(
        self, who: str, method: str, url: str, data: Mapping[str, object] | None = None
    ) -> HttpResponse:
        client = self.clients[who]
        response = None
        try:
            with transaction.atomic():
                response = client.post(url, data) if data else client.generic(method, url)
                _ = response.getvalue() if response.streaming else b""
                raise _RolledBack
        except _RolledBack:
            client.cookies.clear()
            client.cookies.update(self.cookies[who])
        assert response is not None
        return response


@pytest.fixture(scope="module")
def visitors(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Visitors]:
    """The story is told once for all addresses, and forgotten after the last."""
    with django_db_blocker.unblock(), override(PeopleProfile, second_factor_roles=[]):
        try:
            with transaction.atomic():
                yield Visitors(tell_story())
                raise _RolledBack
        except _RolledBack:
            pass


def url_names() -> dict[str, URLPattern]:
    """Every address of the running URLconf by name; a nameless one fails here."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[object], space: str) -> None:
        for each in patterns:
            if isinstance(each, URLPattern):
                assert each.name, f"{each.pattern} has no name"
                found[f"{space}{each.name}"] = each
            else:
                inner = f"{each.namespace}:" if each.namespace else space
                walk(each.url_patterns, inner)

    walk(get_resolver().url_patterns, "")
    return found


def url_of(row: Row, story: Story, who: str) -> str:
    if row.name == "not-offered":
        return "/accounts/social/connections/"
    return reverse(row.name, kwargs=row.arguments(story, who) or None) + row.query


def verdict(response: HttpResponse) -> str:
    """What an answer says to the one who asked: here, missing, sign in, wrong method …"""
    if response.status_code in {301, 302}:
        path = response["Location"].split("?")[0]
        if path == reverse(settings.LOGIN_URL):
            return "sign in"
        return "no role" if path == reverse("people:no-role") else "here"
    return {403: "forbidden", 404: "missing", 405: "wrong method"}.get(response.status_code, "here")


def wanted(row: Row, who: str, method: str) -> set[str]:
    """The verdicts that are right for somebody who uses a method."""
    if who in row.may(method):
        return {"here"}
    if not row.get and not row.post:
        return {"missing"}
    # Who has the address by the other method hears at most that this is the wrong one.
    if who in row.get | row.post:
        return {"missing", "wrong method"}
    return {"sign in"} if who == GUEST else {"missing"}


def tried(row: Row, who: str) -> tuple[str, ...]:
    """The methods to try: those that somebody has; both where one must be refused."""
    if not row.get and not row.post:
        return METHODS
    if who in row.get | row.post:
        return METHODS
    return tuple(method for method in METHODS if row.may(method))


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    names = url_names()
    without_row = sorted(names.keys() - ROWS.keys())
    without_address = sorted(ROWS.keys() - names.keys())

    assert not without_row, "say in tests/access/rows who has these addresses"
    assert not without_address, "these rows have no address any more"


def test_every_row_names_people_of_the_story() -> None:
    for row in ROWS.values():
        known = EVERYONE | STRANGERS | {GUEST}
        assert row.get | row.post <= known, row.name
        # Strangers are asked only where the address names something.
        assert row.at or not (row.get | row.post) & STRANGERS, row.name


def bare_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A 404 without the page around it: its looks are the business of the tests below."""
    return HttpResponse(status=404)


@pytest.mark.slow  # all of them together
@pytest.mark.parametrize("name", sorted(ROWS))
def test_only_those_of_the_matrix_reach(
    name: str, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urls, "handler404", bare_missing, raising=False)
    row, story = ROWS[name], visitors.story
    if row.before is None:
        monkeypatch.setattr(middleware, "actor_for", visitors.remembered)
    wrong = []
    for who in sorted(row.asking):
        with transaction.atomic():
            if row.before and who in row.get | row.post:
                row.before(story, who)
            url = url_of(row, story, who)
            for method in tried(row, who):
                data = row.data(story, who) if row.data and method == "POST" else None
                got = verdict(visitors.ask(who, method, url, data))
                if got not in wanted(row, who, method):
                    right = " or ".join(sorted(wanted(row, who, method)))
                    wrong.append(f"{method} {url} as {who}: {got}, not {right}")
            transaction.set_rollback(True)

    assert not wrong, "\n".join(wrong)


def plain(response: HttpResponse) -> bytes:
    """A page without its one-time token and without the address that was asked for."""
    body = re.sub(rb'(name="csrfmiddlewaretoken" value=)"[^"]*"', rb"\1", response.content)
    return body.replace(response.wsgi_request.get_full_path().encode(), b"(asked)")


TWINS = [
    "people:person-detail", "people:class-detail", "timetable:course-detail",
    "timetable:lesson-detail", "classroom:lesson-summary", "learning:cell",
    "homework:homework-detail", "homework:submission-detail", "communities:consortium-detail",
]  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_what_is_not_yours_looks_like_what_is_not_there(name: str, visitors: Visitors) -> None:
    row, who = ROWS[name], "far_teacher"
    there = row.arguments(visitors.story, who)
    nowhere = dict.fromkeys(there, NOTHING)

    not_yours = visitors.ask(who, "GET", reverse(name, kwargs=there))
    not_there = visitors.ask(who, "GET", reverse(name, kwargs=nowhere))

    assert not_yours.status_code == not_there.status_code == 404
    assert plain(not_yours) == plain(not_there)


@pytest.mark.parametrize("name", ["monitor:dashboard", "monitor:indicator-detail"])
def test_figures_of_another_place_are_missing(name: str, visitors: Visitors) -> None:
    kwargs = {"code": "held"} if name.endswith("detail") else None
    place = visitors.story.world.deer_bay.pk

    for who in ("far_head", "far_officer", "far_director", "far_researcher"):
        answer = visitors.ask(who, "GET", f"{reverse(name, kwargs=kwargs)}?org={place}")
        assert answer.status_code == 404, who
    own = visitors.ask("director", "GET", f"{reverse(name, kwargs=kwargs)}?org={place}")
    assert own.status_code == 200


def test_the_sign_in_page_renders_and_what_we_do_not_offer_looks_missing(
    visitors: Visitors,
) -> None:
    login = visitors.ask(GUEST, "GET", "/accounts/login/")
    missing = visitors.ask(GUEST, "GET", "/no/such/page/")
    signup = visitors.ask(GUEST, "GET", "/accounts/signup/")

    assert login.status_code == 200
    assert b"<form" in login.content
    assert (signup.status_code, plain(signup)) == (404, plain(missing))


def test_the_style_guide_is_not_mounted_outside_debug() -> None:
    assert not settings.DEBUG
    assert "styleguide" not in url_names()
