"""Consent as guardians live it: two equal buttons, a change of mind, a history."""

import re

import pytest
from django.urls import reverse

from tongke.core.models import AuditEntry
from tongke.foundation.people.models import Consent
from tongke.foundation.people.queries import has_consent
from tongke.foundation.people.tests.make import World
from tongke.foundation.people.tests.pages import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]


def test_a_guardian_answers_changes_and_withdraws(cast: World) -> None:
    client, child = client_of(cast.guardian), cast.deer_pupils[0]
    page = reverse("people:consent-list")
    answer = reverse("people:consent-answer", args=[child.pk, "recording"])
    first = client.get(page).content.decode()
    assert "有 4 项等您决定" in first
    buttons = re.findall(
        r'<button class="([^"]+)" type="submit" name="answer" value="(\w+)">', first
    )
    assert {css for css, _ in buttons} == {"btn btn-default btn-lg"}
    assert [value for _, value in buttons[:2]] == ["yes", "no"]
    assert "孩子坐在镜头拍不到的位置照常上课" in first

    client.post(answer, {"answer": "maybe"})
    assert not Consent.objects.exists()
    client.post(answer, {"answer": "yes"})
    assert Consent.objects.get().guardian == cast.guardian.person
    assert "撤回同意" in client.get(page).content.decode()
    client.post(reverse("people:consent-withdraw", args=[child.pk, "recording"]))
    client.post(reverse("people:consent-withdraw", args=[child.pk, "recording"]))
    client.post(answer, {"answer": "no"})

    last = client.get(page).content.decode()
    assert "已选不同意" in last
    assert "历史记录（2）" in last
    actions = list(AuditEntry.objects.filter(action__startswith="people.consent").order_by("pk")
                   .values_list("action", flat=True))  # fmt: skip
    assert actions == [
        "people.consent.answered", "people.consent.withdrawn", "people.consent.answered",
    ]  # fmt: skip


def test_nobody_answers_for_a_child_of_others(cast: World) -> None:
    other = cast.deer_pupils[1]
    for actor in (cast.guardian, cast.deer_assistant, cast.head, cast.sysadmin, cast.pupil):
        client = client_of(actor)
        url = reverse("people:consent-answer", args=[other.pk, "recording"])
        assert client.post(url, {"answer": "yes"}).status_code == 404
        gone = reverse("people:consent-withdraw", args=[other.pk, "recording"])
        assert client.post(gone).status_code == 404
    unknown = reverse("people:consent-answer", args=[cast.deer_pupils[0].pk, "nothing"])
    client_of(cast.guardian).post(unknown, {"answer": "yes"})

    assert not Consent.objects.exists()


def test_a_young_pupil_is_asked_nothing(cast: World) -> None:
    page = client_of(cast.pupil).get(reverse("people:consent-list")).content.decode()

    assert "没有需要您决定的事项" in page


def test_staff_see_where_answers_are_missing(cast: World) -> None:
    child = cast.deer_pupils[0]
    client_of(cast.guardian).post(
        reverse("people:consent-answer", args=[child.pk, "diagnosis"]), {"answer": "yes"}
    )
    assistant = client_of(cast.deer_assistant)

    rows = assistant.get(reverse("people:consent-overview")).context["rows"]
    page = assistant.get(reverse("people:consent-class", args=[cast.deer_class.pk]))

    assert [row.school_class for row in rows] == [cast.deer_class]
    assert dict(rows[0].given)["学情分析"] == 1
    assert page.content.decode().count("未答复") == 11
    assert has_consent(child, "diagnosis", page.context["request"].actor.today)
    for name in ("teacher", "director", "outsider", "guardian"):
        other = client_of(cast.actors[name])
        url = reverse("people:consent-class", args=[cast.deer_class.pk])
        assert other.get(url).status_code == 404, name
