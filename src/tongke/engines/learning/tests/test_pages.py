"""Who looks into whose learning on the pages, and what these show."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tongke.core.models import AuditEntry
from tongke.core.profile import override
from tongke.engines.learning import policy, queries, services
from tongke.engines.learning.models import Mastery, Overruling, Recommendation
from tongke.engines.learning.policy import Perm
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.scopes import scopes
from tongke.engines.learning.tests.make import (
    Studied,
    answered,
    estimated,
    fill_class,
    make_page,
    make_studied,
    refreshed,
)
from tongke.foundation.curriculum.tests.make import opened_by
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.tests.make import MUSIC, NOON, TODAY, World, make_pupil
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]


@pytest.fixture
def studied(cast: World) -> Studied:
    return make_studied(cast)


def class_page(name: str, school_class: SchoolClass, *more: int) -> str:
    return reverse(f"learning:{name}", args=[school_class.pk, MUSIC, *more])


def seat_of_estimates(studied: Studied) -> dict[str, Mastery]:
    """An estimate of one pupil of each class."""
    cast = studied.cast
    pupils = {"centre": cast.centre_pupils[0], "deer": cast.deer_pupils[0],
              "stone": cast.stone_pupils[0], "far": cast.far_pupil}  # fmt: skip
    return {name: estimated(pupil, studied.point, 0, 0, 0) for name, pupil in pupils.items()}


def test_single_pupils_are_seen_by_their_teachers_heads_and_families_only(studied: Studied) -> None:
    rows = seat_of_estimates(studied)
    seen = {
        key: {name for name, row in rows.items() if row in policy.mastery(actor, Perm.PUPIL_READ)}
        for key, actor in studied.cast.actors.items()
    }

    assert seen["teacher"] == {"centre", "deer", "stone"}
    assert (seen["deer_assistant"], seen["stone_assistant"]) == ({"deer"}, {"stone"})
    assert seen["pupil"] == seen["guardian"] == {"deer"}
    others = set(seen) - {"teacher", "deer_assistant", "stone_assistant", "pupil", "guardian"}
    assert all(seen[key] == set() for key in others)
    may = [k for k, a in studied.cast.actors.items() if policy.mastery(a, Perm.MASTERY_OVERRULE)]
    assert may == ["teacher", "deer_assistant", "stone_assistant"]


def test_a_researcher_sees_classes_as_wholes(studied: Studied) -> None:
    pupils = fill_class(studied.cast.deer_class, 3)
    estimated(studied.cast.deer_pupils[0], studied.point, 0, 0)
    for pupil in pupils:
        estimated(pupil, studied.point, 0, 0)
    client = client_of(studied.cast.researcher)

    page = client.get(class_page("class-detail", studied.cast.deer_class))

    assert page.context["rows"] == []
    assert [one.weak for one in page.context["summaries"]] == [None]
    assert "人数不足" in page.content.decode()
    assert studied.cast.deer_pupils[0].name not in page.content.decode()
    for name, more in (("class-export", []), ("point", [studied.point.pk])):
        assert client.get(class_page(name, studied.cast.deer_class, *more)).status_code == 404


def test_pages_exist_for_those_who_look_into_classes(studied: Studied) -> None:
    rows = seat_of_estimates(studied)
    deer = studied.cast.deer_class
    lookers = {"teacher", "deer_assistant", "stone_assistant", "outsider", "head", "deer_head",
               "researcher"}  # fmt: skip

    assert opened_by(studied.cast, reverse("learning:class-list")) == lookers
    seen = {"teacher", "deer_assistant"}
    assert opened_by(studied.cast, class_page("class-detail", deer)) == seen | {"researcher"}
    assert opened_by(studied.cast, class_page("class-export", deer)) == seen
    assert opened_by(studied.cast, class_page("point", deer, studied.point.pk)) == seen
    assert opened_by(studied.cast, reverse("learning:cell", args=[rows["deer"].pk])) == seen
    assert opened_by(studied.cast, reverse("learning:my-advice")) == {"pupil", "guardian"}


def test_the_list_names_side_size_and_weak_points(studied: Studied) -> None:
    for pupil in (*studied.cast.deer_pupils, *fill_class(studied.cast.deer_class, 2)):
        estimated(pupil, studied.point, 0, 0, 0)
    teacher = studied.cast.teacher

    rows = queries.scope_rows(scopes(teacher), TODAY)

    assert [(row.scope.side, row.school_class, row.pupils, row.weak_points) for row in rows] == [
        ("host", studied.cast.centre_class, 4, 0),
        ("listening", studied.cast.deer_class, 5, 1),
        ("listening", studied.cast.stone_class, 2, 0),
    ]
    found = client_of(teacher).get(reverse("learning:class-list"), {"q": "石桥"})
    assert [row.pupils for row in found.context["page"]] == [2]


def test_the_heat_map_names_every_pupil_and_the_class_on_each_point(studied: Studied) -> None:
    weak = estimated(studied.cast.deer_pupils[0], studied.point, 0, 0, 0)
    estimated(studied.cast.deer_pupils[1], studied.easy, 1)
    client = client_of(studied.cast.teacher)

    page = client.get(class_page("class-detail", studied.cast.deer_class))

    assert page.context["points"] == [studied.easy, studied.point]
    assert [row.pupil for row in page.context["rows"]] == list(studied.cast.deer_pupils)
    assert page.context["rows"][0].cells == (None, weak)
    assert page.context["rows"][1].cells[0].mean is None
    assert AuditEntry.objects.filter(action="record.read", detail__why="查看班级学情").exists()
    body = client.get(class_page("class-export", studied.cast.deer_class)).content
    cells = {
        cell
        for row in load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        for cell in row
    }
    assert {"安小满", "题少"} <= cells
    assert AuditEntry.objects.filter(detail__why="导出学情").count() == 1


def test_classes_of_a_course_stand_side_by_side_when_they_are_large_enough(
    studied: Studied,
) -> None:
    for pupil in (*studied.cast.deer_pupils, *fill_class(studied.cast.deer_class, 2)):
        answered(pupil, studied.point, 0, 0, 1)
        services.refresh_pupils([pupil.pk], at=NOON)
    for pupil in (*studied.cast.centre_pupils, *fill_class(studied.cast.centre_class, 1)):
        answered(pupil, studied.point, 1, 1, 1)
        services.refresh_pupils([pupil.pk], at=NOON)

    client = client_of(studied.cast.teacher)
    page = client.get(class_page("class-detail", studied.cast.deer_class))

    (_, sides) = page.context["sides"][0]
    assert [(one.side, one.pupils) for one in sides] == [("host", 5), ("listening", 5)]
    assert sides[0].mean > sides[1].mean
    assert all(0 <= one.low <= one.mean <= one.high <= 1 for one in sides)
    assert page.context["chart"]["labels"] == ["一字多音"]
    assert [one.is_weak for one in page.context["summaries"]] == [True]
    own = client_of(studied.cast.deer_assistant)
    assert own.get(class_page("class-detail", studied.cast.deer_class)).context["sides"] == []


def test_the_interval_follows_the_regions_setting(studied: Studied) -> None:
    pupil = studied.cast.deer_pupils[0]
    wide = estimated(pupil, studied.point, 1, 0, 1)

    with override(LearningProfile, interval_level=0.5):
        narrow = estimated(pupil, studied.point, 1, 0, 1)
        page = client_of(studied.cast.teacher).get(reverse("learning:cell", args=[narrow.pk]))

    assert (narrow.high or 0) - (narrow.low or 0) < (wide.high or 0) - (wide.low or 0)
    assert "50% 区间" in page.content.decode()


def test_a_cell_is_opened_overruled_and_given_back(studied: Studied) -> None:
    row = estimated(studied.cast.deer_pupils[0], studied.point, 0, 0, 0)
    client = client_of(studied.cast.teacher)
    cell = reverse("learning:cell", args=[row.pk])

    assert len(client.get(cell).context["evidence"]) == 3
    assert AuditEntry.objects.filter(detail__why="查看学情依据").exists()
    client.post(reverse("learning:overrule", args=[row.pk]), {"state": "会了", "reason": ""})
    assert not Overruling.objects.exists()
    said = {"state": "会了", "reason": "当堂唱对了"}
    answer = client.post(reverse("learning:overrule", args=[row.pk]), said)
    assert answer["Location"] == cell
    made = Overruling.objects.get()
    withdraw = reverse("learning:overruling-withdraw", args=[made.pk])
    assert client_of(studied.cast.deer_assistant).post(withdraw).status_code == 404
    assert client.post(withdraw)["Location"] == cell
    assert client.post(withdraw).status_code == 404
    for actor in (studied.cast.head, studied.cast.pupil, studied.cast.stone_assistant):
        overrule = reverse("learning:overrule", args=[row.pk])
        assert client_of(actor).post(overrule, said).status_code == 404


def test_a_page_is_pushed_to_the_chosen_pupils_of_the_class(studied: Studied) -> None:
    make_page(studied.point, studied.cast.teacher)
    estimated(studied.cast.deer_pupils[0], studied.point, 0, 0, 0)
    client = client_of(studied.cast.deer_assistant)
    page = client.get(class_page("point", studied.cast.deer_class, studied.point.pk))
    assert "checked" in page.content.decode()

    chosen = [studied.cast.deer_pupils[0].pk, studied.cast.stone_pupils[0].pk]
    push = class_page("push", studied.cast.deer_class, studied.point.pk)
    client.post(push, {"pupil": [*chosen, "x"], "reason": "再听一遍"})

    made = Recommendation.objects.get()
    assert (made.pupil, made.reason) == (studied.cast.deer_pupils[0], "再听一遍")
    other = class_page("push", studied.cast.stone_class, studied.point.pk)
    assert client.post(other, {"pupil": chosen}).status_code == 404
    wrong = reverse("learning:push", args=[studied.cast.deer_class.pk, MUSIC, 10**6])
    assert client.post(wrong, {"pupil": chosen}).status_code == 404


def test_pupils_answer_their_own_advice_and_guardians_look_on(studied: Studied) -> None:
    make_page(studied.point, studied.cast.teacher)
    answered(studied.cast.pupil.person, studied.point, 0, 0, 0)
    advice = refreshed(studied.cast.pupil.person, studied.point)[0]
    answer = reverse("learning:advice-answer", args=[advice.pk])
    pupil, guardian = client_of(studied.cast.pupil), client_of(studied.cast.guardian)

    assert policy.open_advice(studied.cast.pupil).count() == 1
    assert "问老师" in pupil.get(reverse("learning:my-advice")).content.decode()
    seen = guardian.get(reverse("learning:my-advice")).content.decode()
    assert "安小满" in seen
    assert "问老师" not in seen
    for actor in (studied.cast.guardian, studied.cast.teacher):
        assert client_of(actor).post(answer, {"state": "done"}).status_code == 404
    pupil.post(answer, {"state": "asked", "note": ""})
    assert policy.open_advice(studied.cast.pupil).count() == 1
    pupil.post(answer, {"state": "asked", "note": "第二句怎么唱？"})
    assert policy.open_advice(studied.cast.pupil).count() == 0


def test_questions_are_answered_on_the_page_of_the_class(studied: Studied) -> None:
    row = estimated(studied.cast.pupil.person, studied.point, 0, 0, 0)
    make_page(studied.point, studied.cast.teacher)
    advice = refreshed(row.pupil, studied.point)[0]
    services.respond(advice, "asked", by=studied.cast.pupil, at=NOON, note="怎么唱？")
    reply = reverse("learning:advice-reply", args=[advice.pk])
    page = class_page("class-detail", studied.cast.deer_class)
    client = client_of(studied.cast.deer_assistant)

    assert "怎么唱？" in client.get(page).content.decode()
    for actor in (studied.cast.head, studied.cast.stone_assistant, studied.cast.pupil):
        assert client_of(actor).post(reply, {"reply": "慢"}).status_code == 404
    assert client.post(reply, {"reply": " "})["Location"] == page
    assert client.post(reply, {"reply": "先慢后快"})["Location"] == page
    assert client.post(reply, {"reply": "先慢后快"}).status_code == 404
    shown = client_of(studied.cast.pupil).get(reverse("learning:my-advice")).content.decode()
    assert "先慢后快" in shown


def test_pages_cost_the_same_queries_with_more_pupils(studied: Studied) -> None:
    deer, seats = studied.cast.deer_class, iter(range(30, 99))
    client, family = client_of(studied.cast.teacher), client_of(studied.cast.pupil)

    def grow() -> None:
        for klass in (deer, studied.cast.centre_class):
            seat = next(seats)
            estimated(make_pupil(klass, f"学生{seat}", seat=seat), studied.point, 0, 1, 0)

    def more_advice() -> None:
        Recommendation.objects.create(
            pupil=studied.cast.pupil.person, key_point=studied.point, resource_id=1, title="页",
            minutes=2, reason="", source_key=f"s{next(seats)}", at=NOON,
        )  # fmt: skip

    for _ in range(5):
        grow()
    for page in (
        reverse("learning:class-list"),
        class_page("class-detail", deer),
        class_page("point", deer, studied.point.pk),
    ):
        assert_queries_flat(lambda page=page: client.get(page), grow)
    more_advice()
    assert_queries_flat(lambda: family.get(reverse("learning:my-advice")), more_advice)
