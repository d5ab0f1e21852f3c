"""Writes of the curriculum: the catalogue of codes, textbooks with units and key points."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.curriculum.models import (
    Grade,
    KeyPoint,
    Prerequisite,
    Subject,
    Textbook,
    Unit,
)
from tongke.foundation.curriculum.profile import CurriculumProfile

MOST_SEQ = 999
_PARKED = 20_000


@dataclass(frozen=True)
class PointLine:
    """A key point to keep; `after` are codes of points that come before it."""

    code: str
    seq: int
    title: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitLine:
    """A unit to keep with its points."""

    code: str
    seq: int
    title: str
    periods: int
    points: tuple[PointLine, ...] = field(default=())


@dataclass(frozen=True)
class BookLine:
    """A volume to keep with its units."""

    code: str
    subject: str
    grade: str
    volume: str
    edition: str
    units: tuple[UnitLine, ...]


@transaction.atomic
def keep_catalogue(*, by: Any, at: datetime) -> None:
    """Bring subjects and grades in line with the region profile. Safe to run again."""
    profile = current(CurriculumProfile)
    stages = {one.code: one.name for one in profile.stages}
    Grade.objects.bulk_create(
        [
            Grade(code=one.code, name=one.name, stage_code=one.stage,
                  stage_name=stages[one.stage], position=number)
            for number, one in enumerate(profile.grades, 1)
        ],
        update_conflicts=True, unique_fields=["code"],
        update_fields=["name", "stage_code", "stage_name", "position"],
    )  # fmt: skip
    entries = [*profile.subjects, *profile.local_subjects]
    Subject.objects.bulk_create(
        [
            Subject(code=one.code, name=one.name, short=one.short, position=number,
                    source=one.origin, confirmed=one.confirmed)
            for number, one in enumerate(entries, 1)
        ],
        update_conflicts=True, unique_fields=["code"],
        update_fields=["name", "short", "position", "source", "confirmed"],
    )  # fmt: skip
    record("curriculum.catalogue.kept", None, actor=by, at=at, detail={"subjects": len(entries)})


@transaction.atomic
def keep_textbooks(books: Iterable[BookLine], *, by: Any, at: datetime) -> list[Textbook]:
    """Add or update textbooks with their units and points, by code. Nothing is removed.

    Raises:
        Refused: an unknown subject, grade or prerequisite, a circle of prerequisites, two units
            in one place, or a unit of another volume; nothing is written.
    """
    lines = list(books)
    _check_codes(lines)
    kept = [_keep_book(line) for line in lines]
    _keep_prerequisites(lines)
    for book in kept:
        record("curriculum.textbook.kept", book, actor=by, at=at)
    return kept


def _check_codes(lines: list[BookLine]) -> None:
    subjects = set(Subject.objects.values_list("code", flat=True))
    grades = set(Grade.objects.values_list("code", flat=True))
    for line in lines:
        if line.subject not in subjects:
            raise Refused(f"教材 {line.code}：没有代码为 {line.subject} 的学科。")
        if line.grade not in grades:
            raise Refused(f"教材 {line.code}：没有代码为 {line.grade} 的年级。")
        for unit in line.units:
            if not 1 <= unit.seq <= MOST_SEQ:
                raise Refused(f"单元 {unit.code} 的序号应在 1 到 {MOST_SEQ} 之间。")


def _keep_book(line: BookLine) -> Textbook:
    book, _ = Textbook.objects.update_or_create(
        code=line.code,
        defaults={
            "subject_id": line.subject, "grade_id": line.grade, "volume": line.volume,
            "edition": line.edition,
        },
    )  # fmt: skip
    _check_places(book, line)
    # A place in the book is unique at every moment: units change places by way of a free number.
    mine = Unit.objects.filter(textbook=book, code__in=[unit.code for unit in line.units])
    mine.update(seq=F("seq") + _PARKED)
    Unit.objects.bulk_create(
        [
            Unit(textbook=book, code=unit.code, seq=unit.seq, title=unit.title,
                 periods=unit.periods)
            for unit in line.units
        ],
        update_conflicts=True, unique_fields=["code"], update_fields=["seq", "title", "periods"],
    )  # fmt: skip
    units = dict(Unit.objects.filter(textbook=book).values_list("code", "pk"))
    KeyPoint.objects.bulk_create(
        [
            KeyPoint(unit_id=units[unit.code], code=point.code, seq=point.seq, title=point.title)
            for unit in line.units
            for point in unit.points
        ],
        update_conflicts=True, unique_fields=["code"], update_fields=["unit", "seq", "title"],
    )  # fmt: skip
    return book


def _check_places(book: Textbook, line: BookLine) -> None:
    codes = [unit.code for unit in line.units]
    elsewhere = Unit.objects.filter(code__in=codes).exclude(textbook=book)
    for taken in elsewhere.select_related("textbook"):
        raise Refused(f"单元 {taken.code} 属于教材 {taken.textbook.code}，请换一个代码。")
    kept = Unit.objects.filter(textbook=book).exclude(code__in=codes)
    places = dict(kept.values_list("seq", "code"))
    for unit in line.units:
        other = places.setdefault(unit.seq, unit.code)
        if other != unit.code:
            raise Refused(f"单元 {other} 和 {unit.code} 的序号都是 {unit.seq}，请改成不同的序号。")


def _keep_prerequisites(lines: list[BookLine]) -> None:
    wanted = {
        point.code: tuple(dict.fromkeys(point.after))
        for line in lines
        for unit in line.units
        for point in unit.points
    }
    codes = set(wanted) | {code for after in wanted.values() for code in after}
    ids = dict(KeyPoint.objects.filter(code__in=codes).values_list("code", "pk"))
    for code, after in wanted.items():
        for earlier in after:
            if earlier == code:
                raise Refused(f"知识点 {code} 的先修是它自己，请改正先修列。")
            if earlier not in ids:
                raise Refused(f"知识点 {code} 的先修 {earlier} 不存在，请先导入它或改正代码。")
    Prerequisite.objects.filter(later__in=[ids[code] for code in wanted]).delete()
    Prerequisite.objects.bulk_create(
        Prerequisite(later_id=ids[code], earlier_id=ids[earlier])
        for code, after in wanted.items()
        for earlier in after
    )
    _refuse_circles()


def _refuse_circles() -> None:
    before: dict[int, list[int]] = {}
    for later, earlier in Prerequisite.objects.values_list("later", "earlier"):
        before.setdefault(later, []).append(earlier)
    done: set[int] = set()
    for start in before:
        path: list[tuple[int, int]] = [(start, 0)]
        open_now = {start}
        while path:
            node, turn = path.pop()
            nexts = before.get(node, [])
            if turn < len(nexts):
                path.append((node, turn + 1))
                other = nexts[turn]
                if other in open_now:
                    point = KeyPoint.objects.get(pk=other)
                    raise Refused(f"知识点“{point.title}”的先后关系绕成了圈，请检查先修列。")
                if other not in done:
                    open_now.add(other)
                    path.append((other, 0))
            else:
                open_now.discard(node)
                done.add(node)
