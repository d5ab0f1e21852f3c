"""Reading the picture of a lesson, whole or topic by topic."""

from collections.abc import Iterable

from tongke.teaching.classroom.hub.scene import Picture
from tongke.teaching.classroom.news import Topic
from tongke.teaching.classroom.queries import live


def whole(lesson_id: int) -> Picture:
    """All facts of a lesson that exists."""
    lesson = live.lesson_for_live(lesson_id)
    assert lesson is not None, "gate and policy admit only to lessons that exist"
    picture = Picture(live.lesson_info(lesson))
    refresh(picture, Topic)
    return picture


def refresh(picture: Picture, topics: Iterable[Topic]) -> None:
    """Read the facts of these topics anew."""
    lesson_id = picture.lesson.id
    for topic in topics:
        match topic:
            case Topic.SESSION:
                picture.session = live.session_info(lesson_id)
            case Topic.DECK:
                picture.slides = live.slides(lesson_id)
            case Topic.QUESTION:
                picture.question = live.question_in_play(lesson_id)
                # While a question runs, the past does not change.
                if picture.question is None or picture.question.state != "open":
                    picture.past = live.past_questions(lesson_id)
            case Topic.ROLL:
                picture.roll = live.roll_statuses(lesson_id)
            case Topic.EVENTS:
                picture.events = live.events(lesson_id)
            case Topic.PROTOCOL:
                picture.duties = live.duties(lesson_id)
