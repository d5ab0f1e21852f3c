"""No page leads anywhere that does not answer: every link of every page, for everybody."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from pytest_django import DjangoDbBlocker

from tests.access.story import Story, tell_story
from tongke.core.profile import override
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.pages import client_of

# ibis asks duckdb in a way that duckdb means to give up.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]
CAST = (
    "teacher", "assistant", "pupil", "guardian", "head", "deer_head", "timetabler", "researcher",
    "officer", "director", "sysadmin",
)  # fmt: skip
# What the front server answers, not the application.
_SERVED = ("/static/", "/media/", "/rtc/")
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]+)')


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    """Told once for everybody, forgotten after the last."""
    with (
        django_db_blocker.unblock(),
        override(PeopleProfile, second_factor_roles=[]),
        transaction.atomic(),
    ):
        yield tell_story()
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", CAST)
def test_every_link_that_somebody_is_shown_answers(who: str, story: Story) -> None:
    client, seen, dead = client_of(story.actors[who]), {"portal:home"}, []
    todo = [("/", "")]
    while todo:
        url, source = todo.pop()
        answer = client.get(url, follow=True)
        if answer.status_code != 200:
            dead.append(f"{url} on {source}: {answer.status_code}")
            continue
        for link in _links(answer, url):
            name = _name(link)
            if name is None:
                dead.append(f"{link} on {url}: no such page")
            elif name not in seen:
                seen.add(name)
                todo.append((link, url))

    assert not dead
    assert len(seen) > 8


def _links(answer: HttpResponse, url: str) -> list[str]:
    if answer.streaming:
        answer.getvalue()
    if answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return []
    found = [urljoin(url, unescape(each)) for each in _LINK.findall(answer.content.decode())]
    inner = (each for each in found if each.startswith("/") and not each.startswith("//"))
    return [each for each in inner if not each.startswith(_SERVED)]


def _name(link: str) -> str | None:
    """The name of the page a link leads to; None when nothing stands there."""
    try:
        return resolve(urlsplit(link).path).view_name
    except Resolver404:
        return None
