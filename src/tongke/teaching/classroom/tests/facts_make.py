"""Facts of an invented lesson for tests that need no database."""

from datetime import UTC, datetime, timedelta

from tongke.teaching.classroom.facts import (
    AnswerInfo,
    EventInfo,
    LessonInfo,
    Pupil,
    QuestionInfo,
    RoomInfo,
    SessionInfo,
    SlideInfo,
)
from tongke.teaching.classroom.hub.scene import Picture

BELL = datetime(2026, 11, 23, 1, 50, tzinfo=UTC)
HOST, DEER, STONE = 1, 2, 3


def make_room(class_id: int, size: int, *, name: str = "", host: bool = False) -> RoomInfo:
    pupils = tuple(
        Pupil(class_id * 100 + seat, f"学生{class_id}-{seat}", seat) for seat in range(1, size + 1)
    )
    return RoomInfo(
        class_id=class_id, name=name or f"教室{class_id}", class_name="五年级（1）班",
        school_id=class_id, school_name=f"学校{class_id}", is_host=host,
        assistant_id=None if host else class_id * 1000, assistant="" if host else "罗老师",
        pupils=pupils,
    )  # fmt: skip


ROOMS = (
    make_room(HOST, 4, name="本班", host=True),
    make_room(DEER, 3, name="鹿回湾"),
    make_room(STONE, 2, name="石桥"),
)


def make_question(
    *answers: tuple[int, int, str],
    state: str = "open",
    kind: str = "single",
    answer: str = "B",
    cards: dict[int, dict[str, int]] | None = None,
    entered: bool = False,
) -> QuestionInfo:
    """A question with answers as (class, seat, letters)."""
    return QuestionInfo(
        id=7, seq=1, kind=kind, stem="几处一字多音？", options=("1 处", "2 处", "3 处", "没有"),
        answer=answer, key_point="一字多音", state=state, opened_at=BELL,
        closes_at=BELL + timedelta(minutes=1),
        answers=tuple(
            AnswerInfo(class_id, class_id * 100 + seat, letters, entered)
            for class_id, seat, letters in answers
        ),
        cards=cards or {},
    )  # fmt: skip


def make_event(
    kind: str, minute: float, class_id: int | None = None, *, person: int | None = None,
    text: str = "",
) -> EventInfo:  # fmt: skip
    at = BELL + timedelta(minutes=minute)
    return EventInfo(int(minute * 10), at, kind, class_id, person, "某老师", text)


def make_picture(**over: object) -> Picture:
    lesson = LessonInfo(
        id=5, title="《茉莉花》一字多音", subject="音乐", grade="五年级", form="专递课",
        host_teacher_id=9, host_teacher="沈老师", host_school="栖云中心小学", starts_at=BELL,
        ends_at=BELL + timedelta(minutes=40), rooms=ROOMS,
    )  # fmt: skip
    fields: dict[str, object] = {
        "session": SessionInfo(1, "live", 2, "VP8", BELL, BELL, None),
        "slides": (
            SlideInfo(1, "茉莉花", ("江苏民歌",), ""),
            SlideInfo(2, "", (), "/classroom/slides/2/picture/?v=4"),
        ),
    }
    return Picture(lesson, **(fields | over))  # type: ignore[arg-type]
