"""Resources: what may be kept, who sees and changes which, what opening one leaves behind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry, StoredFile
from tongke.core.profile import override
from tongke.engines.learning.models import LearningRecord, Recommendation
from tongke.engines.learning.tests.make import answered, make_page, refreshed
from tongke.engines.library import policy, services
from tongke.engines.library.models import Resource, Visit
from tongke.engines.library.policy import Perm
from tongke.engines.library.profile import LibraryProfile
from tongke.engines.library.templatetags.library import markdown
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.curriculum.tests.make import BEAT, make_book, make_catalogue, point
from tongke.foundation.people.tests.make import NOON, World
from tongke.foundation.people.tests.pages import assert_queries_flat, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_phone")]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def melisma(cast: World) -> KeyPoint:
    make_catalogue()
    make_book()
    return point()


def content(key_point: KeyPoint, **over: Any) -> services.Content:
    fields: dict[str, Any] = {
        "kind": "page", "title": "一字多音", "body": "一个字唱几个音。", "seconds": 90,
        "key_points": [key_point],
    }  # fmt: skip
    return services.Content(**(fields | over))


def stored(mime: str = "video/mp4", size: int = 1000) -> StoredFile:
    """A row of the store; its bytes are not read here."""
    return StoredFile.objects.create(
        sha256=f"{mime}{size}", size=size, mime=mime, name="微课.mp4", created_at=NOON
    )


def test_a_resource_is_added_published_edited_and_withdrawn(cast: World, melisma: KeyPoint) -> None:
    made = services.add(content(melisma), by=cast.teacher, at=NOON)
    assert (made.state, made.minutes, made.organisation) == ("draft", 2, cast.centre)

    services.publish(made, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="已经发布"):
        services.publish(made, by=cast.teacher, at=NOON)
    services.edit(made, content(melisma, title="新名", seconds=0), by=cast.teacher, at=NOON)
    assert (made.title, made.minutes, made.state) == ("新名", 1, "published")
    assert services.offers(melisma.pk)[0].title == "新名"
    services.withdraw(made, by=cast.teacher, at=NOON)
    with pytest.raises(Refused, match="不在发布状态"):
        services.withdraw(made, by=cast.teacher, at=NOON)
    assert services.offers(melisma.pk) == []
    actions = AuditEntry.objects.filter(action__startswith="library.").order_by("pk")
    assert [one.action.rsplit(".", 1)[1] for one in actions] == [
        "added", "published", "edited", "withdrawn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"key_points": []}, "至少选一个知识点"),
        ({"body": " "}, "请写正文"),
        ({"body": "字" * 601}, "最多 600 字，现在 601 字"),
        ({"seconds": 181}, "最长 3 分钟"),
        ({"kind": "micro"}, "需要一个视频文件"),
        ({"kind": "slides", "body": ""}, "请写正文，或者上传文件"),
    ],
)
def test_what_cannot_help_a_pupil_is_refused(
    cast: World, melisma: KeyPoint, over: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        services.add(content(melisma, **over), by=cast.teacher, at=NOON)
    assert not Resource.objects.exists()


def test_a_micro_lesson_is_a_short_small_video(cast: World, melisma: KeyPoint) -> None:
    micro = content(melisma, kind="micro", file=stored(), seconds=300)
    for wrong, words in (
        (replace(micro, file=stored("application/pdf")), "需要一个视频文件"),
        (replace(micro, seconds=301), "最长 5 分钟"),
        (replace(micro, file=stored(size=201 * 1024 * 1024)), "最大 200 MB"),
    ):
        with pytest.raises(Refused, match=words):
            services.add(wrong, by=cast.teacher, at=NOON)

    made = services.add(micro, by=cast.teacher, at=NOON)
    services.edit(made, replace(micro, file=None, title="短了"), by=cast.teacher, at=NOON)
    assert made.file == micro.file
    with override(LibraryProfile, micro_lesson_max_minutes=4), pytest.raises(Refused):
        services.edit(made, micro, by=cast.teacher, at=NOON)


def test_micro_lessons_come_before_pages_and_short_before_long(
    cast: World, melisma: KeyPoint
) -> None:
    for title, over in (
        ("长页", {"seconds": 120}), ("短页", {"seconds": 60}),
        ("微课", {"kind": "micro", "file": stored(), "seconds": 200}),
        ("课件", {"kind": "slides"}),
    ):  # fmt: skip
        made = services.add(content(melisma, title=title, **over), by=cast.teacher, at=NOON)
        services.publish(made, by=cast.teacher, at=NOON)

    assert [one.title for one in services.offers(melisma.pk)] == ["微课", "短页", "长页"]


def test_drafts_are_for_their_author_and_the_researcher_of_the_subject(
    cast: World, melisma: KeyPoint
) -> None:
    draft = services.add(content(melisma), by=cast.teacher, at=NOON)
    shown = make_page(melisma, cast.outsider)

    def seen(perm: Perm) -> dict[str, set[Resource]]:
        return {key: set(policy.resources(one, perm)) for key, one in cast.actors.items()}

    reading, editing = seen(Perm.RESOURCE_READ), seen(Perm.RESOURCE_EDIT)
    assert reading["teacher"] == reading["researcher"] == {draft, shown}
    for key in set(reading) - {"teacher", "researcher"}:
        assert reading[key] == {shown}
    assert editing["teacher"] == {draft}
    assert editing["outsider"] == {shown}
    assert editing["researcher"] == {draft, shown}
    assert all(not editing[key] for key in ("head", "officer", "pupil", "deer_assistant"))
    assert [key for key, one in cast.actors.items() if policy.may_add(one)] == [
        "teacher", "deer_assistant", "stone_assistant", "researcher", "outsider",
    ]  # fmt: skip


def test_a_visit_counts_once_a_day_and_is_learning_for_a_pupil(
    cast: World, melisma: KeyPoint
) -> None:
    page = make_page(melisma, cast.teacher)

    first = services.visit(page, by=cast.pupil, at=NOON)
    again = services.visit(page, by=cast.pupil, at=NOON + timedelta(hours=3))
    # A quarter to midnight in the region is the same day, whatever the server's own zone is.
    late = services.visit(page, by=cast.pupil, at=NOON + timedelta(hours=11, minutes=45))
    tomorrow = services.visit(page, by=cast.pupil, at=NOON + timedelta(hours=12))
    services.visit(page, by=cast.teacher, at=NOON)

    assert (first, again, late, tomorrow) == (True, False, False, True)
    assert Visit.objects.count() == 3
    records = LearningRecord.objects.filter(verb="viewed")
    assert set(records.values_list("person", flat=True)) == {cast.pupil.person.pk}
    assert records.count() == 2


def test_raw_html_in_a_page_is_shown_as_text() -> None:
    html = markdown("**强调** <script>alert(1)</script> [x](javascript:alert(1))")

    assert "<strong>强调</strong>" in html
    assert "<script>" not in html
    assert "href" not in html


def test_the_list_is_narrowed(cast: World, melisma: KeyPoint) -> None:
    make_page(melisma, cast.teacher, title="看懂一字多音")
    make_page(point(BEAT.code), cast.outsider, title="拍一拍")
    services.add(content(melisma, title="草稿"), by=cast.teacher, at=NOON)
    client = client_of(cast.teacher)

    def titles(**query: str) -> list[str]:
        page = client.get(reverse("library:resource-list"), query).context["page"]
        return [row.title for row in page]

    assert titles() == ["草稿", "拍一拍", "看懂一字多音"]
    assert titles(q="认识节拍") == ["拍一拍"]
    assert titles(q="看懂") == ["看懂一字多音"]
    assert titles(mine="1") == ["草稿", "看懂一字多音"]
    assert titles(kind="micro") == []
    assert titles(subject="SB0602", grade="15") == titles()
    assert titles(subject="SB0602", grade="14") == []


def test_pages_add_change_and_publish(cast: World, melisma: KeyPoint) -> None:
    client = client_of(cast.teacher)
    fields = {"kind": "page", "title": "节拍", "body": "数一数", "minutes": "2",
              "key_points": [melisma.pk]}  # fmt: skip

    assert client.post(reverse("library:resource-new"), fields | {"title": ""}).status_code == 422
    wrong = SimpleUploadedFile("课.pdf", b"no pdf at all")
    refused = client.post(reverse("library:resource-new"), fields | {"upload": wrong})
    assert refused.status_code == 422
    file = SimpleUploadedFile("谱.pdf", PDF)
    client.post(reverse("library:resource-new"), fields | {"upload": file})
    made = Resource.objects.get()
    detail = reverse("library:resource-detail", args=[made.pk])
    edit = reverse("library:resource-edit", args=[made.pk])
    assert client.get(edit).status_code == client.get(detail).status_code == 200
    client.post(edit, fields | {"title": "节拍二"})
    client.post(reverse("library:resource-publish", args=[made.pk]))
    client.post(reverse("library:resource-publish", args=[made.pk]))

    made.refresh_from_db()
    assert (made.title, made.state) == ("节拍二", "published")
    body = client_of(cast.pupil).get(reverse("library:resource-file", args=[made.pk]))
    assert b"".join(body.streaming_content) == PDF
    pupil = client_of(cast.pupil)
    assert pupil.get(detail).status_code == 200
    assert pupil.get(edit).status_code == pupil.get(reverse("library:resource-new")).status_code
    assert pupil.get(edit).status_code == 404
    client.post(reverse("library:resource-publish", args=[made.pk]), {"withdraw": "1"})
    assert pupil.get(detail).status_code == 404
    bare = make_page(melisma, cast.teacher)
    assert client.get(reverse("library:resource-file", args=[bare.pk])).status_code == 404


def test_opening_a_recommended_page_begins_it_for_its_pupil_only(
    cast: World, melisma: KeyPoint
) -> None:
    page = make_page(melisma, cast.teacher)
    answered(cast.pupil.person, melisma, 0, 0, 0)
    advice = refreshed(cast.pupil.person, melisma)[0]
    address = f"{reverse('library:resource-detail', args=[page.pk])}?advice={advice.pk}"

    for actor in (cast.guardian, cast.teacher):
        assert client_of(actor).get(address).context["advice"] is None
    assert Recommendation.objects.get().state == "open"
    client = client_of(cast.pupil)
    shown = client.get(address)
    assert shown.context["advice"] == advice
    assert "看完了吗" in shown.content.decode()
    assert Recommendation.objects.get().state == "started"
    Recommendation.objects.update(state="done")
    assert client.get(address).context["advice"] is None
    assert client.get(address.replace("advice=", "advice=x")).context["advice"] is None


def test_the_list_costs_the_same_queries_with_more_rows(cast: World, melisma: KeyPoint) -> None:
    client = client_of(cast.pupil)

    def grow() -> None:
        make_page(melisma, cast.teacher)

    grow()
    assert_queries_flat(lambda: client.get(reverse("library:resource-list")), grow)
