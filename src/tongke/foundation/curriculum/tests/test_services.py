"""Keeping the catalogue and the textbooks."""

from dataclasses import replace

import pytest

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry
from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade, KeyPoint, Prerequisite, Subject, Unit
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.curriculum.services import (
    PointLine,
    UnitLine,
    keep_catalogue,
    keep_textbooks,
)
from tongke.foundation.curriculum.tests.make import (
    BEAT,
    MELISMA,
    RHYTHM,
    line,
    make_another_book,
    make_book,
    make_catalogue,
    units,
)
from tongke.foundation.people.tests.make import MUSIC, NOON

pytestmark = pytest.mark.django_db


def test_the_catalogue_follows_the_profile_and_can_be_kept_again() -> None:
    make_catalogue()
    Subject.objects.filter(pk=MUSIC).update(name="旧名")

    keep_catalogue(by=None, at=NOON)

    profile = current(CurriculumProfile)
    assert Subject.objects.count() == len(profile.all_subjects)
    assert Grade.objects.count() == len(profile.grades)
    assert Subject.objects.get(pk=MUSIC).name == "音乐"
    assert Grade.objects.get(pk="15").stage_name == "小学"
    assert AuditEntry.objects.filter(action="curriculum.catalogue.kept").count() == 2


def test_a_textbook_is_added_and_updated_by_its_codes() -> None:
    make_catalogue()
    book = make_book()

    renamed = replace(units()[0], title="新学期的歌", points=(replace(BEAT, title="拍子"),))
    again = keep_textbooks([line(edition="新版", units=(renamed,))], by=None, at=NOON)

    assert again == [book]
    book.refresh_from_db()
    assert str(book) == "音乐 五年级上册（新版）"
    assert list(book.units.values_list("title", flat=True)) == ["新学期的歌", "茉莉花开"]
    assert set(KeyPoint.objects.values_list("code", "title")) == {
        (BEAT.code, "拍子"), (RHYTHM.code, "切分节奏"), (MELISMA.code, "一字多音"),
    }  # fmt: skip
    assert Prerequisite.objects.count() == 2
    assert AuditEntry.objects.filter(action="curriculum.textbook.kept").count() == 2


def test_two_units_change_places() -> None:
    make_catalogue()
    book = make_book()

    make_book(units=units(first=2, second=1))

    assert list(book.units.order_by("seq").values_list("code", flat=True)) == ["MU5A-2", "MU5A-1"]


def test_prerequisites_are_replaced_and_named_once() -> None:
    make_catalogue()
    make_book()
    doubled = replace(MELISMA, after=(BEAT.code, BEAT.code))

    make_book(units=(replace(units()[1], points=(doubled,)),))

    earlier = Prerequisite.objects.filter(later__code=MELISMA.code)
    assert list(earlier.values_list("earlier__code", flat=True)) == [BEAT.code]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"subject": "XX01"}, "没有代码为 XX01 的学科"),
        ({"grade": "99"}, "没有代码为 99 的年级"),
        ({"units": units(first=0)}, "序号应在"),
        ({"units": units(first=2)}, "序号都是 2"),
        ({"units": (UnitLine("MU5A-9", 2, "插队", 4),)}, "序号都是 2"),
        ({"units": (UnitLine("MU6A-1", 3, "别册的", 4),)}, "属于教材 MU6A"),
        ({"units": (UnitLine("U", 3, "新", 4, (PointLine("P", 1, "甲", ("没有",)),)),)}, "不存在"),
        ({"units": (UnitLine("U", 3, "新", 4, (PointLine("P", 1, "甲", ("P",)),)),)}, "它自己"),
        (
            {"units": (replace(units()[0], points=(replace(BEAT, after=(MELISMA.code,)),)),)},
            "绕成了圈",
        ),
    ],
)
def test_a_book_that_contradicts_itself_is_refused(over: dict[str, object], words: str) -> None:
    make_catalogue()
    make_book()
    make_another_book("MU6A")
    before = set(Unit.objects.values_list("code", "seq", "textbook"))

    with pytest.raises(Refused, match=words):
        make_book(**over)

    assert set(Unit.objects.values_list("code", "seq", "textbook")) == before
    assert Prerequisite.objects.count() == 2
