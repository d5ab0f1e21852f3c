"""Who reads which lines of the ledger, and what its pages show."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tongke.engines.credits import policy, services
from tongke.engines.credits.policy import Perm
from tongke.engines.credits.tests.make import post, source
from tongke.foundation.curriculum.tests.make import opened_by
from tongke.foundation.people.tests.make import NOON, TODAY, World
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]


def test_teachers_read_their_own_lines_and_managers_those_of_their_schools(cast: World) -> None:
    own = post(cast.teacher)
    deer = post(cast.deer_assistant, role="assistant")
    far = post(cast.outsider, number=2)
    seen = {key: set(policy.entries(actor, Perm.ENTRY_READ)) for key, actor in cast.actors.items()}

    assert (seen["teacher"], seen["deer_assistant"], seen["outsider"]) == ({own}, {deer}, {far})
    assert seen["head"] == seen["timetabler"] == {own, deer}
    assert seen["deer_head"] == {deer}
    assert seen["officer"] == seen["director"] == {own, deer, far}
    for key in ("pupil", "guardian", "researcher", "sysadmin", "stranger", "stone_assistant"):
        assert seen[key] == set()


def test_the_page_exists_for_those_who_may_ever_read_lines(cast: World) -> None:
    readers = {
        "teacher", "deer_assistant", "stone_assistant", "outsider", "head", "deer_head",
        "timetabler", "officer", "director",
    }  # fmt: skip

    assert opened_by(cast, reverse("credits:entry-list")) == readers
    assert opened_by(cast, reverse("credits:entry-export")) == readers


def test_the_list_is_narrowed_and_its_sum_follows(cast: World) -> None:
    post(cast.teacher, label="2026-11-23 五年级音乐")
    post(cast.teacher, number=2, day=TODAY - timedelta(days=30), label="2026-10-24 四年级音乐")
    post(cast.deer_assistant, role="assistant", number=3)
    services.reverse(source=source(3), reason="误记", at=NOON)
    client, address = client_of(cast.head), reverse("credits:entry-list")

    def shown(**query: str) -> tuple[Decimal, int]:
        context = client.get(address, query).context
        return context["total"], context["page"].paginator.count

    assert shown() == (Decimal("3.00"), 4)
    assert shown(q="四年级") == (Decimal("1.50"), 1)
    assert shown(first=TODAY.isoformat()) == (Decimal("1.50"), 3)
    assert shown(first="2026-10-01", last="2026-10-31") == (Decimal("1.50"), 1)
    assert shown(first="nonsense", q="鹿回湾") == (Decimal("0.00"), 2)
    page = client.get(address).content.decode()
    assert "按教师合计" in page
    assert "误记" in page
    assert "按教师合计" not in client_of(cast.teacher).get(address).content.decode()


def test_the_export_has_the_lines_of_the_list(cast: World) -> None:
    post(cast.teacher)
    post(cast.outsider, number=2)

    answer = client_of(cast.head).get(reverse("credits:entry-export"))

    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    cells = {cell for row in rows for cell in row}
    assert cast.teacher.person.name in cells
    assert cast.outsider.person.name not in cells


def test_the_list_costs_the_same_queries_with_more_rows(cast: World) -> None:
    numbers = iter(range(1, 20))
    client, address = client_of(cast.head), reverse("credits:entry-list")

    def grow() -> None:
        entry = post(cast.teacher, number=next(numbers))
        services.reverse(source=source(entry.source_id), reason="更正", at=NOON)
        post(cast.deer_assistant, number=next(numbers), role="assistant")

    grow()
    assert_queries_flat(lambda: client.get(address), grow)
