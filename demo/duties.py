"""The two-sided protocol of past lessons: who wrote down what, and what was left open."""

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tongke.foundation.people.actors import Actor
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.services import protocol, sessions
from tongke.teaching.timetable.models import Lesson

if TYPE_CHECKING:
    from demo.lessons import Side

_BEFORE = {
    "prepare-host-1": "教学设计已写好，标出了每个听讲班的活动和两处提问。",
    "prepare-host-2": "看过上次作业，听讲班在节奏题上错得多，开头先复习三分钟。",
    "prepare-host-3": "课件和练习已发到备课组。",
    "prepare-listening-1": "读过教学设计，学具和座位都准备好了。",
    "prepare-listening-2": "试连一次，画面和声音正常。",
}
_AFTER = {
    "teach-listening-2": "两名学生跟不上，课间又领着做了一遍。",
    "reflect-listening-1": "大部分学生听懂了，第二题有人看错题意，请下节课再提一下。",
    "reflect-host-1": "本班和听讲班的差别主要在开口，下节课多请听讲班先说。",
    "homework-listening-1": "都交了，没有手机的学生在学校用平板完成。",
    "homework-host-2": "共同的错误已在下一节课开头讲评。",
    "homework-listening-2": "课后给还没掌握的学生补了一次。",
    "assess-host-1": "本课知识点已列入单元测评。",
    "assess-listening-1": "进步明显的学生已经记下，和主讲教师核对过。",
}
_SHARE = {"full": 0.5, "plain": 0.1, "brief": 0.0}
_LATELY = timedelta(days=15)
_LATELY_SHARE = 0.95
"""Teachers see the duties of the last two weeks; most of them are done."""


def before(lesson: Lesson, share: float, sides: "list[Side]", chance: random.Random) -> None:
    """The day before: both sides prepare and say so, a `share` of the duties."""
    if share:
        moment = lesson.starts_at - timedelta(hours=16)
        sessions.prepare(lesson, at=moment)
        _tick(lesson, _BEFORE, share, sides, moment, chance)


def after(lesson: Lesson, share: float, sides: "list[Side]", chance: random.Random) -> None:
    """The same evening: both sides look back."""
    if share:
        _tick(lesson, _AFTER, share, sides, lesson.ends_at + timedelta(hours=5), chance)


def share_of(lesson: Lesson, telling: str, today: date) -> float:
    """How many of a lesson's duties are done, in [0, 1]."""
    return _LATELY_SHARE if today - lesson.day <= _LATELY else _SHARE[telling]


def _tick(
    lesson: Lesson, words: dict[str, str], share: float, sides: "list[Side]", moment: datetime,
    chance: random.Random,
) -> None:  # fmt: skip
    actors: dict[int | None, Actor] = {
        None: sides[0].actor,
        **{side.row.school_class_id: side.actor for side in sides[1:]},
    }
    rows = ProtocolItem.objects.filter(lesson=lesson, done_at=None, code__in=words)
    for item in rows.order_by("pk"):
        if chance.random() < share:
            protocol.tick(item, by=actors[item.school_class_id], at=moment, text=words[item.code])
