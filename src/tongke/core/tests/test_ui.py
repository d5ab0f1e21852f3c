"""The template tags, and every component rendered the way pages use it."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.urls import include, path
from django_cotton.compiler_regex import CottonCompiler

from tongke.core import styleguide
from tongke.core.navigation import NavGroup, NavItem, Shell
from tongke.core.templatetags import ui

pytestmark = pytest.mark.urls(__name__)


def nowhere(request: HttpRequest) -> HttpResponse:
    """Stands for the portal's views, which only need to have names here."""
    return HttpResponse(status=204)


portal = [
    path(f"{name}/", nowhere, name=name) for name in ("search", "theme", "switch", "messages")
]
urlpatterns = [
    path("", include((portal, "portal"))),
    path("logout/", nowhere, name="account_logout"),
]

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in the region


def render(source: str, address: str = "/", **context: Any) -> str:
    """A template with components, rendered with a request in its context."""
    compiled = CottonCompiler().process(f"{{% load ui %}}{source}")
    request = RequestFactory().get(address)
    return Template(compiled).render(Context({"request": request, **context}))


def test_icon_is_hidden_from_screen_readers() -> None:
    drawn = ui.icon("bell", 24)

    assert 'aria-hidden="true"' in drawn
    assert 'width="1.5rem"' in drawn
    assert "<path" in drawn


def test_icon_that_is_not_listed_is_an_error_when_the_page_is_drawn() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"icons\.txt"):
        ui.icon("no-such-icon")


def test_icon_file_holds_exactly_the_listed_icons() -> None:
    listed = ui._ICONS.with_suffix(".txt").read_text(encoding="utf-8").split("\n")
    names = {line.strip() for line in listed if line.strip() and not line.startswith("#")}

    assert set(ui._icons()) == names


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, "—"),
        (0, "0 分钟"),
        (40, "40 分钟"),
        (60, "1 小时"),
        (80, "1 小时 20 分"),
        (39.6, "40 分钟"),
    ],
)
def test_minutes_are_written_as_people_say_them(minutes: float | None, text: str) -> None:
    assert ui.minutes_text(minutes) == text


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (None, 0, "—"),
        (0, 0, "0%"),
        (0.864, 0, "86%"),
        (0.865, 0, "87%"),
        (0.96449, 1, "96.4%"),
        (1, 1, "100.0%"),
        (-0.125, 0, "-13%"),
    ],
)
def test_shares_are_written_as_percentages(share: float | None, digits: int, text: str) -> None:
    assert ui.percent(share, digits) == text


def test_dates_are_written_in_the_house_style() -> None:
    late = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)  # already Monday in the region

    assert ui.short_date(date(2026, 11, 23)) == "11月23日 周一"
    assert ui.short_date(late) == "11月23日 周一"
    assert ui.short_datetime(late) == "11月23日 周一 00:05"
    assert ui.short_date(None) == ui.short_datetime(None) == "—"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, "—"),
        (datetime(2026, 11, 23, 3, 59, 30, tzinfo=UTC), "刚刚"),
        (datetime(2026, 11, 23, 3, 55, tzinfo=UTC), "5 分钟前"),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "3 小时前"),
        (datetime(2026, 11, 22, 9, 40, tzinfo=UTC), "昨天 17:40"),
        (datetime(2026, 11, 20, 9, 40, tzinfo=UTC), "11月20日"),
        (datetime(2025, 3, 1, 9, 40, tzinfo=UTC), "2025年3月1日"),
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "11月23日 周一 13:00"),
    ],
)
def test_ago_is_written_as_in_talk(moment: datetime | None, text: str) -> None:
    assert ui.ago(moment, NOON) == text


def test_ago_looks_at_the_clock_when_no_moment_is_given() -> None:
    assert ui.ago(datetime(2001, 1, 2, 3, 4, tzinfo=UTC)) == "2001年1月2日"


@pytest.mark.parametrize(
    ("share", "step"),
    [
        (None, ""),
        (0, 0),
        (0.1, 0),
        (0.5, 4),
        (0.999, 8),
        (1, 8),
        (1.2, 8),
        (-1, 0),
    ],
)
def test_heat_has_nine_steps(share: float | None, step: int | str) -> None:
    assert ui.heat_step(share) == step


def test_a_value_the_page_does_not_have_is_shown_as_a_dash() -> None:
    source = "{{ gone|percent }}{{ gone|short_date }}{{ gone|minutes_text }}{{ gone|ago }}"

    assert render(source) == "————"


def test_query_set_keeps_the_filters_and_goes_back_to_page_one() -> None:
    source = "{% query_set sort='name' q=None %}"

    assert render(source, "/?q=a&school=3&page=7") == "?school=3&amp;sort=name"
    assert render("{% query_set page=8 %}", "/?q=a&page=7") == "?q=a&amp;page=8"


def test_query_set_and_sort_state_without_a_request() -> None:
    assert ui.query_set(Context({}), page=2) == "?"
    assert ui.sort_state(Context({}), "name") == "none"


def test_attributes_of_a_component_are_escaped() -> None:
    html = render('<c-badge :data-note="note" text="好" hidden />', note='"><script>')

    assert "<script>" not in html
    assert 'data-note="&quot;&gt;&lt;script&gt;"' in html
    assert " hidden" in html


def test_false_and_none_leave_an_attribute_out() -> None:
    assert ui.html_attrs({"disabled": False, "title": None, "id": "a"}) == ' id="a"'


def test_text_given_to_a_component_is_escaped_once() -> None:
    html = render('<c-card title="{{ name }}">{{ name }}</c-card>', name="<b>甲 & 乙</b>")

    assert "<b>" not in html
    assert html.count("&lt;b&gt;甲 &amp; 乙&lt;/b&gt;") == 2


def test_a_card_inside_a_card_does_not_inherit_its_title() -> None:
    html = render('<c-card title="外"><c-card>里</c-card></c-card>')

    assert html.count("<h2>") == 1


def test_field_shows_label_help_and_errors_tied_to_the_control() -> None:
    html = render('<c-field :field="form.name" />', form=styleguide.SampleForm.invalid())

    assert 'for="bad_name"' in html
    assert 'id="bad_name_helptext"' in html
    assert 'id="bad_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="bad_name_helptext bad_name_error"' in html


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("name", "input"),
        ("grade", "select"),
        ("mode", "choices"),
        ("rooms", "choices"),
        ("note", "textarea"),
        ("slides", "file"),
        ("public", "check"),
    ],
)
def test_every_kind_of_field_is_known_and_drawn(name: str, kind: str) -> None:
    form = styleguide.SampleForm()

    assert ui.field_kind(form[name]) == kind
    assert f'name="{name}"' in render('<c-field :field="field" />', field=form[name])


def test_pagination_counts_and_keeps_the_query() -> None:
    page = Paginator(list(range(12)), 5).get_page(2)

    html = render('<c-pagination :page="page" unit="人" />', "/?q=a", page=page)

    assert "共 12 人，第 6–10 人" in html
    assert 'href="?q=a&amp;page=3"' in html


def test_pagination_of_nothing_shows_nothing() -> None:
    page = Paginator([], 5).get_page(1)

    assert render('<c-pagination :page="page" />', page=page).strip() == ""


def test_sort_head_turns_the_order_round() -> None:
    assert 'href="?sort=-name"' in render('<c-sort field="name" label="姓名" />', "/?sort=name")
    assert 'aria-sort="descending"' in render(
        '<c-sort field="name" label="姓名" />', "/?sort=-name"
    )


def test_heat_cell_without_evidence_shows_no_number() -> None:
    html = render('<table><tr><c-heat :share="share" /></tr></table>', share=None)

    assert "题少" in html
    assert "heat-none" in html


def test_week_takes_mappings_and_objects_alike() -> None:
    days = [{"label": "周一 23", "today": True}]
    for lesson in ({"title": "五(2)", "next": True}, SimpleNamespace(title="五(2)", next=True)):
        rows = [{"label": "第 1 节", "cells": [lesson]}]
        html = render('<c-week :days="days" :rows="rows" />', days=days, rows=rows)
        assert 'class="lesson lesson-primary lesson-next"' in html


def test_work_asks_again_only_while_it_runs() -> None:
    running = render('<c-work label="排课" :done="3" :total="9" poll="/job/" stop="/stop/" />')
    done = render('<c-work label="排课" state="done" poll="/job/" stop="/stop/" />')

    assert 'hx-get="/job/"' in running
    assert 'action="/stop/"' in running
    assert "/job/" not in done
    assert "/stop/" not in done


def test_the_title_block_is_used_for_the_heading_and_the_tab() -> None:
    base = Template(
        "<title>{% load ui %}{% reuse 'title' %}</title><h1>{% block title %}{% endblock %}</h1>"
    )
    page = Template("{% extends base %}{% block title %}<b>{{ name }}</b>\n 的课表{% endblock %}")

    html = page.render(Context({"base": base, "name": "甲 & 乙"}))

    assert "<title>甲 &amp; 乙 的课表</title>" in html
    assert "<h1><b>甲 &amp; 乙</b>" in html


def test_reuse_outside_a_page_is_empty() -> None:
    assert render("{% reuse 'title' %}") == ""


def test_section_is_the_active_entry() -> None:
    entries = (NavItem("课表", "calendar", "/a/"), NavItem("作业", "book", "/b/", active=True))

    assert Shell(nav=(NavGroup("教学", entries),)).section == "作业"
    assert Shell().section == ""


# Instead of the real skeleton, which needs built assets.
SKELETON = "<title>{% reuse 'title' %}</title>{% block body %}{% endblock %}"


def test_the_style_guide_draws_every_component_without_inline_styles() -> None:
    engine = Engine(
        loaders=[
            ("django.template.loaders.locmem.Loader", {"core/base.html": SKELETON}),
            "django_cotton.cotton_loader.Loader",
        ],
        builtins=["django_cotton.templatetags.cotton", "tongke.core.templatetags.ui"],
        libraries={"ui": "tongke.core.templatetags.ui"},
        context_processors=["django.template.context_processors.request"],
    )
    entry = NavItem("工作台", "layout-dashboard", "/", active=True, count=3)
    shell = Shell(
        nav=(NavGroup("教学", (entry,)),), bottom=(entry,), person_name="沈知夏", unread=120
    )
    request = RequestFactory().get("/styleguide/")

    source = engine.get_template("core/styleguide.html")
    html = source.render(RequestContext(request, {**styleguide.context(), "shell": shell}))

    assert "<title>界面样式</title>" in html
    assert "<h1>界面样式</h1>" in html
    assert "99+" in html
    assert "style=" not in html
    assert "onclick" not in html


def test_every_component_says_what_its_arguments_mean() -> None:
    folder = Path(ui.__file__).parent.parent / "templates" / "cotton"

    silent = [
        file.name
        for file in folder.rglob("*.html")
        if "{% comment %}" not in file.read_text(encoding="utf-8")[:40]
    ]

    assert silent == []
