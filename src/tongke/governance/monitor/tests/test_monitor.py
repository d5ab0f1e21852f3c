"""Indicators: computed from extracts, rolled up as sums, opened to their rows, corrected."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tongke.core.models import Job
from tongke.core.profile import override
from tongke.foundation.curriculum.tests.make import opened_by
from tongke.foundation.people.tests.make import NOON, World
from tongke.foundation.people.tests.pages import client_of
from tongke.governance.monitor import lake, queries, services
from tongke.governance.monitor.models import IndicatorValue, Snapshot
from tongke.governance.monitor.profile import MonitorProfile
from tongke.governance.monitor.registry import HELD, indicators
from tongke.teaching.homework.tests.make import make_lesson
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.services import lessons

# ibis asks duckdb in a way that duckdb means to give up.
pytestmark = [
    pytest.mark.usefixtures("no_phone"),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]
TERM = "2026-1"


@pytest.fixture(autouse=True)
def _own_lake(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    with override(MonitorProfile, small_cell_rows=1):
        yield


def held(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    rows = IndicatorValue.objects.filter(snapshot=snapshot, indicator="held", period=TERM)
    return {
        row.organisation.name: (row.numerator, row.denominator)
        for row in rows.select_related("organisation")
    }


@pytest.mark.django_db
def test_a_lesson_counts_for_every_class_and_rolls_up_the_tree(cast: World) -> None:
    make_lesson(cast)

    snapshot = services.compute(at=NOON)

    assert held(snapshot) == {
        "青溪县": (3, 3), "栖云中心小学": (3, 3), "鹿回湾教学点": (1, 1), "石桥教学点": (1, 1),
    }  # fmt: skip
    weeks = snapshot.values.filter(indicator="held", period=f"{TERM}/13")
    assert weeks.count() == 4
    figures = queries.figures(snapshot, cast.region.region, TERM, cast.director.today)
    assert [one.indicator for one in figures] == indicators()
    assert (figures[0].share, figures[0].state) == (1.0, "ok")


@pytest.mark.django_db
def test_a_wrongly_held_lesson_changes_the_indicator(cast: World) -> None:
    lesson = make_lesson(cast)
    before = held(services.compute(at=NOON))

    lessons.reverse_held(lesson, reason="误记", by=cast.officer, at=NOON)
    after = held(services.compute(at=NOON + timedelta(minutes=1)))

    assert (before["青溪县"], after["青溪县"]) == ((3, 3), (0, 3))


@pytest.mark.django_db
def test_the_rows_behind_a_number_add_up_to_it(cast: World) -> None:
    make_lesson(cast)
    snapshot = services.compute(at=NOON)
    schools = [cast.centre.pk, cast.deer_bay.pk, cast.stone_bridge.pk]

    every = queries.drill(snapshot, HELD, schools, TERM, first=0, most=50)
    one = queries.drill(snapshot, HELD, [cast.deer_bay.pk], TERM, first=0, most=50)
    second = queries.drill(snapshot, HELD, schools, TERM, first=2, most=2)

    assert (every.total, sum(row[-2] for row in every.rows)) == (3, 3)
    assert [row[0] for row in one.rows] == [cast.deer_bay.short_name]
    assert (second.total, len(second.rows)) == (3, 1)
    assert {"主讲", "听讲", "已上课"} <= {cell for row in every.rows for cell in row}


@pytest.mark.django_db
def test_few_rows_give_no_percentage(cast: World) -> None:
    make_lesson(cast)
    snapshot = services.compute(at=NOON)

    with override(MonitorProfile, small_cell_rows=5):
        figure = queries.figures(snapshot, cast.region.region, TERM, cast.director.today)[0]
        assert (figure.share, figure.state_words) == (None, "样本少")


@pytest.mark.django_db
def test_old_snapshots_go_with_their_files_and_a_failed_one_leaves_none(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_lesson(cast)
    for minute in range(14):
        services.compute(at=NOON + timedelta(minutes=minute))

    assert services.forget_old() == 2
    assert Snapshot.objects.count() == len(list(lake.root().iterdir())) == 12

    monkeypatch.setattr(lake, "EXTRACTS", ())
    with pytest.raises(KeyError):
        services.compute(at=NOON)
    assert len(list(lake.root().iterdir())) == 12


@pytest.mark.django_db
def test_pages_are_for_those_who_answer_for_schools(cast: World) -> None:
    make_lesson(cast)
    services.compute(at=NOON)
    lookers = {"director", "officer", "researcher", "head", "deer_head"}
    rows = reverse("monitor:indicator-rows", args=["held"])

    assert opened_by(cast, reverse("monitor:dashboard")) == lookers
    assert opened_by(cast, reverse("monitor:indicator-detail", args=["held"])) == lookers
    assert opened_by(cast, rows) == lookers - {"researcher"}
    assert opened_by(cast, reverse("monitor:indicator-detail", args=["none"])) == set()
    head = client_of(cast.deer_head)
    assert head.get(reverse("monitor:dashboard"), {"org": cast.centre.pk}).status_code == 404
    assert head.get(reverse("monitor:dashboard"), {"org": "²"}).status_code == 200
    export = client_of(cast.director).get(rows, {"export": "1"})
    assert export.status_code == 200
    assert export["Content-Type"].startswith("application/vnd.openxml")


@pytest.mark.django_db
def test_rows_whose_files_are_gone_are_said_to_be_gone(cast: World) -> None:
    make_lesson(cast)
    snapshot = services.compute(at=NOON)
    Snapshot.objects.filter(pk=snapshot.pk).update(folder="restored-without-lake")

    page = client_of(cast.director).get(
        reverse("monitor:indicator-rows", args=["held"]), follow=True
    )

    assert "已经不在" in page.content.decode()


@pytest.mark.django_db
def test_an_officer_asks_for_a_fresh_computation(cast: World) -> None:
    ask = reverse("monitor:recompute")

    assert client_of(cast.director).post(ask).status_code == 404
    client_of(cast.officer).post(ask)
    assert Job.objects.filter(name="monitor.compute").count() == 1


_ROWS = st.lists(
    st.tuples(
        st.integers(4, 9), st.sampled_from([TERM, "2026-2"]), st.integers(0, 20),
        st.integers(0, 50).map(float), st.integers(0, 50).map(float),
    ),
    max_size=30,
)  # fmt: skip


@given(rows=_ROWS, parents=st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_what_rolls_up_is_the_sum_of_the_schools(
    rows: list[tuple[int, str, int, float, float]], parents: list[int]
) -> None:
    # 1 is the region, 2 and 3 lie in it, schools 4 to 9 hang under one of the three.
    above = {1: [1], 2: [1, 2], 3: [1, 3]}
    tree = above | {pk: [*above[parents[pk - 4]], pk] for pk in range(4, 10)}

    sums = services._rolled_up(rows, tree)

    for organisation in tree:
        inside = [row for row in rows if organisation in tree[row[0]]]
        for term in (TERM, "2026-2"):
            mine = [row for row in inside if row[1] == term]
            expected = (sum(row[3] for row in mine), sum(row[4] for row in mine))
            assert sums.get((organisation, term), (0, 0)) == expected
            weekly = [v for (o, p), v in sums.items() if o == organisation and p[:7] == f"{term}/"]
            dated = [row for row in mine if row[2]]
            assert sum(each[1] for each in weekly) == sum(row[4] for row in dated)


def test_a_lesson_state_is_known_to_the_indicator() -> None:
    assert {"held", "not_held"} <= {state.value for state in Lesson.State}
