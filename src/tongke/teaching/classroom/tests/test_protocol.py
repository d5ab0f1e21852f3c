"""The two-sided protocol: duties, evidence, what events do by themselves."""

import io

import pytest
from django.db import IntegrityError, transaction

from tongke.core.errors import Refused
from tongke.core.files import store
from tongke.core.models import AuditEntry
from tongke.teaching.classroom import queries
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.queries import protocol as pages
from tongke.teaching.classroom.services import protocol
from tongke.teaching.classroom.tasks import prepare_duties
from tongke.teaching.classroom.tests.make import Live, another_day, make_live
from tongke.teaching.classroom.tests.test_slides import a_png

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> Live:
    made = make_live()
    protocol.instantiate(made.lesson)
    return made


def item(live: Live, code: str) -> ProtocolItem:
    return live.lesson.protocol.filter(code=code).order_by("pk")[0]


def test_a_duty_is_there_once_on_every_database(live: Live) -> None:
    again = item(live, "prepare-host-1")
    again.pk = None

    with pytest.raises(IntegrityError, match=r"unique|UNIQUE"), transaction.atomic():
        again.save(force_insert=True)


def test_each_side_has_its_duties_with_deadline_and_person(live: Live) -> None:
    early, deer = (
        item(live, "prepare-host-1"),
        live.lesson.protocol.get(code="reflect-listening-1", school_class=live.cast.deer_class),
    )

    assert (early.due_at, early.responsible) == (live.at(-24 * 60), live.teacher.person)
    assert (deer.due_at, deer.responsible) == (
        live.at(24 * 60), live.cast.deer_assistant.person,
    )  # fmt: skip
    assert protocol.instantiate(live.lesson) == 0


def test_a_duty_is_ticked_with_words_and_a_file_and_taken_back(
    live: Live, tmp_path, settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    duty = item(live, "reflect-host-1")
    photo = store(io.BytesIO(a_png()), "反思.png", by=live.teacher.account, kinds=("image",))

    protocol.tick(duty, by=live.teacher, at=live.at(60), text=" 石桥班要多看板书 ")
    protocol.tick(duty, by=live.teacher, at=live.at(90), evidence=photo)

    assert (duty.done_at, duty.evidence_text) == (live.at(60), "石桥班要多看板书")
    assert duty.evidence_file == photo
    assert AuditEntry.objects.filter(action="classroom.protocol.ticked").count() == 2
    protocol.untick(duty, by=live.teacher, at=live.at(95))
    assert duty.done_at is None
    with pytest.raises(Refused, match="还没有完成"):
        protocol.untick(duty, by=live.teacher, at=live.at(96))
    with pytest.raises(Refused, match="500 字"):
        protocol.tick(duty, by=live.teacher, at=live.at(97), text="长" * 501)


def test_an_event_ticks_its_duty_once_and_nobody_takes_that_back(live: Live) -> None:
    by = live.teacher.person

    assert protocol.tick_event(live.lesson, "homework_opened", by=by, at=live.at(60)) == 1
    assert protocol.tick_event(live.lesson, "homework_opened", by=by, at=live.at(70)) == 0
    assert protocol.tick_event(live.lesson, "no_such_event", by=by, at=live.at(70)) == 0

    duty = item(live, "homework-host-1")
    assert (duty.done_at, duty.evidence_text) == (live.at(60), protocol.BY_SYSTEM)
    with pytest.raises(Refused, match="系统"):
        protocol.untick(duty, by=live.teacher, at=live.at(80))


def test_the_page_groups_duties_by_link_and_side(live: Live) -> None:
    protocol.tick(item(live, "prepare-host-1"), by=live.teacher, at=live.at(-1500))
    mine = {item(live, "prepare-host-2").pk}

    links = pages.links(live.lesson, mine, live.at(-800))

    assert [link.name for link in links] == ["备课", "课堂教学", "教学反思", "课后作业", "考试评价"]
    assert [duty.state for duty in links[0].host] == ["done", "late", "open"]
    assert [duty.mine for duty in links[0].host] == [False, True, False]
    assert len(links[0].listening) == 4
    columns = {column.name: (column.done, column.total) for column in pages.columns(live.lesson)}
    assert columns == {"主讲": (1, 10), "听讲：鹿回湾教学点": (0, 8), "听讲：石桥教学点": (0, 8)}


def test_a_teacher_is_told_what_is_due(live: Live) -> None:
    due = pages.todo(live.teacher.person, live.at(0))

    assert [one.code for one in due] == ["prepare-host-1", "prepare-host-2", "prepare-host-3"]
    assert queries.duties_due(live.cast.outsider) == 0


def test_coming_lessons_get_their_duties_by_themselves(live: Live) -> None:
    from datetime import timedelta

    from django.utils import timezone

    soon = another_day(live, timezone.localdate() + timedelta(days=3))
    far = another_day(live, timezone.localdate() + timedelta(days=30))

    prepare_duties.handler()

    assert soon.protocol.count() == 26
    assert not far.protocol.exists()
