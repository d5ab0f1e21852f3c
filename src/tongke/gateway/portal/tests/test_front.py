"""The front page and the health answer: public, cached, and saying nothing of anybody."""

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from tongke.core.profile import RegionProfile, current, override
from tongke.foundation.people.models import Account
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.tests.make import World
from tongke.gateway.portal.homes import front
from tongke.gateway.portal.profile import PortalProfile
from tongke.gateway.portal.tests.make import (
    Town,
    browse,
    do_homework,
    give_homework,
    hold,
    recommend,
)
from tongke.gateway.portal.tests.test_homes import text
from tongke.gateway.portal.views import home
from tongke.governance.monitor import services as monitor
from tongke.teaching.timetable.services import lessons


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_guests_see_todays_lessons_titles_and_dated_figures(town: Town) -> None:
    for week in range(6, 12):
        hold(town, week)
    monitor.compute(at=town.now)
    recommend(town, town.scene.cast.deer_pupils[0])
    lessons.start(town.lesson, by=town.actor("teacher"), at=town.lesson.starts_at)

    shown = front.build(town.lesson.starts_at, town.lesson.day)

    assert [(each.title, each.word, each.live) for each in shown.lessons] == [
        ("五年级音乐", "正在上", True)
    ]
    assert "鹿回湾教学点" in shown.lessons[0].schools
    assert [each.title for each in shown.resources] == ["一字多音怎么唱"]
    assert [each.name for each in shown.figures] == ["联合课开出率", "开齐率"]
    assert shown.figures[0].share == 1.0
    assert shown.as_of == town.now
    assert [each.name for each in shown.classrooms] == [
        each.name for each in current(RegionProfile).classrooms
    ]
    assert shown.classrooms[0].note == "今天 1 节"


def test_the_page_names_no_person(town: Town) -> None:
    do_homework(give_homework(town), town.scene.cast.deer_pupils[0], town.now)
    request = RequestFactory().get("/")
    request.user = type("Guest", (), {"is_authenticated": False})()  # type: ignore[assignment]
    request.actor = None  # type: ignore[attr-defined]
    shown = front.build(town.now, town.lesson.day)
    page = home.render(request, "portal/front.html", {"front": shown}).content.decode()

    people = [*town.scene.cast.deer_pupils, *town.scene.cast.centre_pupils]
    people += [actor.person for actor in town.scene.cast.actors.values()]
    for person in people:
        assert person.name not in page
    assert "茉莉花" not in page
    assert current(PortalProfile).slogan in page
    assert "示意图" in page


def test_an_empty_region_has_a_front_page(town: Town) -> None:
    sunday = town.lesson.day + timedelta(days=7 - town.lesson.day.isoweekday())

    shown = front.build(town.now, sunday)

    assert shown.lessons == ()
    assert shown.figures == ()
    assert shown.as_of is None


def test_all_guests_of_a_minute_get_the_same_page(town: Town) -> None:
    first = front.shown(town.now)
    lessons.start(town.lesson, by=town.actor("teacher"), at=town.lesson.starts_at)

    assert front.shown(town.now + timedelta(seconds=5)) == first
    cache.clear()
    assert front.shown(town.now + timedelta(seconds=5)) != first


@pytest.mark.django_db
def test_guests_are_not_asked_to_sign_in() -> None:
    answer = Client().get("/")

    assert answer.status_code == 200
    assert reverse("account_login") in answer.content.decode()
    assert Client().head("/").status_code == 200
    assert Client().post("/").status_code == 405


@pytest.mark.django_db
def test_health_says_nothing_but_that_it_is_well() -> None:
    answer = Client().get(reverse("portal:health"))

    assert json.loads(answer.content) == {"ok": True, "database": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_home_asks_for_a_new_password_a_role_and_a_second_factor(cast: World) -> None:
    client = browse(cast.officer)
    with override(PeopleProfile, second_factor_roles=["officer"]):
        assert client.get("/")["Location"] == reverse("mfa_activate_totp")

    Account.objects.filter(pk=cast.officer.account.pk).update(must_change_password=True)
    assert client.get("/")["Location"] == reverse("account_change_password")
    Account.objects.filter(pk=cast.officer.account.pk).update(must_change_password=False)
    assert client.get("/").status_code == 200

    cast.officer.person.appointments.all().delete()
    assert client.get("/")["Location"] == reverse("people:no-role")


def test_home_is_the_home_of_the_acting_role(cast: World) -> None:
    shown = text(browse(cast.director).get("/").content.decode())

    assert "需要您过问" in shown
    assert "教学共同体" in shown


@pytest.mark.django_db
def test_a_guests_choice_of_light_or_dark_stays_in_the_browser() -> None:
    client = Client()

    answer = client.post(reverse("portal:theme"), {"theme": "dark", "next": "/"})

    assert answer["Location"] == "/"
    assert 'data-theme="dark"' in client.get("/").content.decode()
