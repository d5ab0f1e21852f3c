"""Switching roles, theme, messages, search, settings, audit log and jobs."""

import pytest
from django.urls import reverse

from tongke.core import audit, messages
from tongke.core.models import AuditEntry, Job, Message
from tongke.foundation.people.models import Account
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import NOON, World, make_actor
from tongke.foundation.people.tests.pages import assert_queries_flat
from tongke.gateway.portal import navigation, queries
from tongke.gateway.portal.tests.make import Town, browse, give_homework
from tongke.gateway.portal.tests.test_homes import text
from tongke.teaching.timetable import policy as timetable

KIND = messages.register_kind("portal.test", "试验")


def read(client: object, name: str, query: str = "", *args: int) -> str:
    """The words of a page."""
    answer = client.get(reverse(name, args=args) + query)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.status_code
    return text(answer.content.decode())


# Roles and theme.


def test_switching_the_role_changes_the_home(cast: World) -> None:
    both = make_actor(Role.TEACHER, cast.centre, person=cast.head.person)
    client = browse(cast.head)
    assert "校长，" in read(client, "portal:home")

    answer = client.post(reverse("portal:switch"), {"choice": both.appointment_id})

    assert answer["Location"] == "/"
    assert "沈老师，" in read(client, "portal:home")


def test_nobody_switches_into_a_role_of_others(cast: World) -> None:
    client = browse(cast.head)
    for choice in (cast.sysadmin.appointment_id, 0, "x", ""):
        assert client.post(reverse("portal:switch"), {"choice": choice}).status_code == 404
    assert "校长，" in read(client, "portal:home")


def test_theme_is_kept_with_the_account_and_leads_back(cast: World) -> None:
    client = browse(cast.head)

    answer = client.post(reverse("portal:theme"), {"theme": "dark", "next": "/messages/"})
    away = client.post(reverse("portal:theme"), {"theme": "x", "next": "https://evil.example/"})

    assert answer["Location"] == "/messages/"
    assert away["Location"] == "/"
    assert Account.objects.get(pk=cast.head.account.pk).theme == "auto"


# Messages.


def _tell(cast: World, number: int = 0, url: str = "") -> Message:
    messages.notify(
        cast.head.account, KIND, f"消息 {number}", key=f"k{number}", body="内容", url=url
    )
    return Message.objects.get(account=cast.head.account, key=f"k{number}")


def test_messages_are_listed_opened_and_marked_read(cast: World) -> None:
    one = _tell(cast, 1, "/people/titles/")
    _tell(cast, 2)
    client = browse(cast.head)

    listed = read(client, "portal:messages")
    opened = client.post(reverse("portal:message-open", args=[one.pk]))
    unread = read(client, "portal:messages", "?unread=1")
    client.post(reverse("portal:message-read-all"))

    assert "消息 1" in listed
    assert "试验" in listed
    assert opened["Location"] == "/people/titles/"
    assert "消息 1" not in unread
    assert "消息 2" in unread
    assert messages.unread_count(cast.head.account) == 0


def test_messages_of_others_and_addresses_elsewhere_are_not_followed(cast: World) -> None:
    one = _tell(cast, 1, "//evil.example/")

    assert browse(cast.officer).post(
        reverse("portal:message-open", args=[one.pk])
    ).status_code == 404  # fmt: skip
    answer = browse(cast.head).post(reverse("portal:message-open", args=[one.pk]))
    assert answer["Location"] == reverse("portal:messages")


def test_switched_off_kinds_do_not_arrive(cast: World) -> None:
    client = browse(cast.head)
    kept = [code for code in messages.kinds() if code != KIND]

    client.post(reverse("portal:message-settings"), {"kind": kept})

    assert messages.unwanted(cast.head.account) == {KIND}
    assert not messages.notify(cast.head.account, KIND, "不要的", key="no")
    assert "试验" in read(client, "portal:message-settings")


def test_message_queries_do_not_grow(cast: World) -> None:
    client, numbers = browse(cast.head), iter(range(10))
    _tell(cast, 99)
    assert_queries_flat(
        lambda: client.get(reverse("portal:messages")), lambda: _tell(cast, next(numbers))
    )


# Search.


def found(actor: object, words: str) -> set[str]:
    """The titles of everything an actor finds."""
    return {
        hit.title
        for group in queries.search(actor, words)  # type: ignore[arg-type]
        for hit in group.hits
    }


def test_search_shows_only_what_one_may_see(town: Town) -> None:
    give_homework(town)
    pupil = town.scene.cast.deer_pupils[1].name

    assert pupil in found(town.actor("deer_head"), pupil)
    assert pupil in found(town.actor("deer_assistant"), pupil)
    assert found(town.actor("pupil"), pupil) == set()
    assert found(town.actor("outsider"), pupil) == set()
    assert found(town.actor("stranger"), pupil) == set()
    assert "《茉莉花》课后练习" in found(town.actor("teacher"), "茉莉花")
    assert "《茉莉花》课后练习" in found(town.actor("pupil"), "茉莉花")
    assert found(town.actor("outsider"), "茉莉花") == set()
    assert "栖云教学共同体" in found(town.actor("officer"), "栖云")


def test_every_hit_leads_somewhere_its_finder_may_go(town: Town) -> None:
    give_homework(town)
    for name in ("pupil", "teacher", "head", "officer"):
        actor = town.actor(name)
        client = browse(actor)
        for words in ("茉莉花", "栖云", "小满"):
            for group in queries.search(actor, words):
                for hit in group.hits:
                    status = client.get(hit.url).status_code
                    assert status in {200, 302}, (name, words, hit)


def test_search_page_says_what_it_does(town: Town) -> None:
    client = browse(town.scene.cast.head)

    assert "想找什么" in read(client, "portal:search")
    assert "没有找到" in read(client, "portal:search", "?q=没有这个")
    assert "鹿回湾教学点" in read(client, "portal:search", "?q=鹿回湾")
    assert queries.search(town.actor("head"), "  ") == []


# System pages.

SYSTEM = ("portal:settings", "portal:audit", "portal:jobs")


def test_system_pages_exist_for_their_roles_only(cast: World) -> None:
    for name in SYSTEM:
        assert browse(cast.sysadmin).get(reverse(name)).status_code == 200
        for other in (cast.head, cast.teacher, cast.pupil, cast.guardian, cast.researcher):
            assert browse(other).get(reverse(name)).status_code == 404
    assert browse(cast.director).get(reverse("portal:settings")).status_code == 200


def test_settings_are_searched_and_narrowed(cast: World) -> None:
    client = browse(cast.sysadmin)

    assert "一节课时长" in read(client, "portal:settings", "?q=lesson_minutes")
    assert "没有符合的设置" in read(client, "portal:settings", "?q=没有这个设置")
    changed = read(client, "portal:settings", "?changed=1")
    assert "区域名称" in changed
    assert "一节课时长" not in changed


def test_audit_log_is_filtered_and_verified(cast: World) -> None:
    audit.record("portal.test.done", cast.head.person, actor=cast.sysadmin, at=NOON)
    client = browse(cast.sysadmin)

    assert "portal.test.done" in read(client, "portal:audit", "?action=portal.")
    assert "没有符合的记录" in read(client, "portal:audit", "?q=没有这个人")
    answer = client.post(reverse("portal:audit-verify"), follow=True)
    assert "首尾相接" in answer.content.decode()

    row = AuditEntry.objects.exclude(seq=None).order_by("seq")[0]
    AuditEntry.objects.filter(pk=row.pk).update(action="forged")
    answer = client.post(reverse("portal:audit-verify"), follow=True)
    assert "内容与摘要不符" in answer.content.decode()


def test_only_administrators_verify_and_retry(cast: World) -> None:
    job = Job.objects.create(
        name="x", key="1", state=Job.State.DEAD, run_at=NOON, created_at=NOON, error="坏了"
    )
    client = browse(cast.officer)

    assert client.post(reverse("portal:audit-verify")).status_code == 404
    assert client.post(reverse("portal:job-retry", args=[job.pk])).status_code == 404


def test_a_dead_job_is_queued_again_once(cast: World) -> None:
    job = Job.objects.create(
        name="x", key="1", state=Job.State.DEAD, run_at=NOON, created_at=NOON, attempts=9,
        error="Traceback 坏了",
    )  # fmt: skip
    client = browse(cast.sysadmin)

    assert "坏了" in read(client, "portal:jobs", "?state=dead")
    client.post(reverse("portal:job-retry", args=[job.pk]))
    again = client.post(reverse("portal:job-retry", args=[job.pk]), follow=True)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("waiting", 0)
    assert "不在失败状态" in again.content.decode()
    assert AuditEntry.objects.filter(action="core.job.retried").count() == 1


# Navigation.


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_the_navigation_leads_somewhere(role: Role) -> None:
    entries = [entry for _, group in navigation.SIDE[role] for entry in group]
    for entry in (*entries, *navigation.BOTTOM[role]):
        assert reverse(entry.url_name).startswith("/")
    assert len(navigation.BOTTOM[role]) <= 5


def test_the_longest_fitting_address_is_active(town: Town) -> None:
    actor = town.actor("teacher")
    path = reverse("timetable:lesson-detail", args=[town.lesson.pk])

    groups, _ = navigation.both(actor, path)
    labels = [item.label for group in groups for item in group.items if item.active]

    assert labels == ["课次"]


def test_counters_count_what_waits(town: Town) -> None:
    give_homework(town)

    def counts(name: str) -> dict[str, int]:
        _, bar = navigation.both(town.actor(name), "/")
        return {item.label: item.count for item in bar}

    assert counts("pupil")["作业"] == 1
    assert counts("guardian")["授权管理"] == 4
    assert counts("officer")["缺课需求"] == _open_demands(town)


def _open_demands(town: Town) -> int:
    """Open demands of the officer's county."""
    rows = timetable.demands(town.actor("officer"), timetable.Perm.DEMAND_READ)
    return rows.filter(state="open").count()
