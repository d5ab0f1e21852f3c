"""The media engine of this installation: the embedded one, found by the settings."""

from django.conf import settings

from tongke.teaching.classroom.media.client import EmbeddedEngine
from tongke.teaching.classroom.media.port import MediaEngine, MediaUnavailable


def engine() -> MediaEngine:
    """The engine that carries sound and picture of live lessons."""
    secret = settings.TONGKE_MEDIA_SECRET.encode()
    return EmbeddedEngine(f"127.0.0.1:{settings.TONGKE_MEDIA_PORT}", secret)


def close_room(lesson_id: int) -> bool:
    """Put everybody out of a lesson that is over; False when the engine does not run."""
    try:
        engine().close_room(room_name(lesson_id))
    except MediaUnavailable:
        return False
    return True


def room_name(lesson_id: int) -> str:
    """The name of a lesson's room in the engine."""
    return f"lesson-{lesson_id}"
