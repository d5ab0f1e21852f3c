"""Each home renders for its role with and without data, leaks nothing, and asks flat queries."""

import re

import pytest
from django.utils.html import strip_tags

from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import NOON, World, acting, make_pupil
from tongke.foundation.people.tests.pages import assert_queries_flat
from tongke.gateway.portal.tests.make import (
    Town,
    add_slides,
    do_homework,
    give_homework,
    hold,
    page,
    recommend,
)

ROLES = (
    "pupil", "guardian", "teacher", "deer_assistant", "head", "timetabler", "deer_head",
    "researcher", "officer", "director", "sysadmin",
)  # fmt: skip


def text(shown: str) -> str:
    """The words of a page's main part."""
    main = shown[shown.index("<main") : shown.index("</main>")]
    return re.sub(r"\s+", " ", strip_tags(main))


def test_every_home_renders_without_anything_to_show(cast: World) -> None:
    for name in ROLES:
        shown = text(page(cast.actors[name], NOON))

        assert "None" not in shown, name
        assert "11月23日 周一" in shown, name


def test_every_home_renders_in_the_middle_of_the_term(town: Town) -> None:
    add_slides(town)
    hold(town, 11)
    do_homework(give_homework(town), town.scene.cast.deer_pupils[0], town.now)
    for name in ROLES:
        shown = text(page(town.actor(name), town.now))

        assert "None" not in shown, name
        assert name == "pupil" or f"第 {town.lesson.week} 教学周" in shown, name


def test_nobody_elsewhere_sees_anything_of_the_county(town: Town, cast: World) -> None:
    add_slides(town)
    give_homework(town)
    for name in (*ROLES, "outsider", "stranger"):
        shown = text(page(cast.actors[name], town.now))

        assert "茉莉花" not in shown, name
        assert "切分节奏" not in shown, name


def test_a_pupil_of_another_class_sees_nothing_of_the_lesson(town: Town) -> None:
    add_slides(town)
    homework = give_homework(town)
    recommend(town, town.scene.cast.deer_pupils[0])
    outsider = town.at(acting(town.scene.cast.far_pupil, Role.PUPIL))

    shown = text(page(outsider, town.now))

    assert "接下来几天没有联合课" in shown
    assert homework.title not in shown
    assert "一字多音" not in shown


def test_bureau_homes_name_no_pupil(town: Town) -> None:
    do_homework(give_homework(town), town.scene.cast.deer_pupils[0], town.now)
    recommend(town, town.scene.cast.deer_pupils[0], state="asked")
    for name in ("researcher", "officer", "director", "sysadmin"):
        shown = text(page(town.actor(name), town.now))

        assert town.scene.cast.deer_pupils[0].name not in shown, name


def test_partial_request_answers_with_the_next_lesson_only(town: Town) -> None:
    for name in ("pupil", "teacher"):
        shown = page(town.actor(name), town.now, **{"HX-Request": "true"})

        assert shown.lstrip().startswith('<div id="next"'), name
        assert "茉莉花" in shown, name
        assert "<html" not in shown, name


def test_partial_request_of_other_homes_answers_the_whole_page(town: Town) -> None:
    shown = page(town.actor("officer"), town.now, **{"HX-Request": "true"})

    assert "<html" in shown


@pytest.mark.parametrize("name", ROLES)
def test_home_queries_do_not_grow(town: Town, name: str) -> None:
    weeks = iter((9, 10, 11))
    pupils = iter(town.scene.cast.centre_pupils)

    def grow() -> None:
        week = next(weeks)
        hold(town, week)
        homework = give_homework(town, f"练习 {week}", hours=week)
        do_homework(homework, town.scene.cast.deer_pupils[0], town.now)
        recommend(town, town.scene.cast.deer_pupils[0])
        recommend(town, next(pupils), state="asked")
        make_pupil(town.scene.cast.deer_class, f"新生{week}")

    hold(town, 8)
    first = give_homework(town, "最早的练习")
    do_homework(first, town.scene.cast.deer_pupils[0], town.now)
    recommend(town, town.scene.cast.deer_pupils[0])
    recommend(town, town.scene.cast.stone_pupils[0], state="asked")

    assert_queries_flat(lambda: page(town.actor(name), town.now), grow)
