"""What a live page begins with: the same parts the hub sends, addresses, and limits."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from tongke.core.profile import current
from tongke.teaching.classroom.hub.parts import audience, mine, parts_for
from tongke.teaching.classroom.hub.picture import whole
from tongke.teaching.classroom.hub.scene import Presence, ms
from tongke.teaching.classroom.profile import ClassroomProfile
from tongke.teaching.classroom.queries.teaching import key_points
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.timetable.models import Lesson


def page_data(lesson: Lesson, seat: Seat) -> dict[str, Any]:
    """Everything the island needs at once; JSON values only."""
    profile = current(ClassroomProfile)
    picture = whole(lesson.pk)
    parts = parts_for(audience(seat), picture, Presence(), profile.explain_again_share)
    if seat.kind is SeatKind.PUPIL:
        parts["mine"] = mine(picture).get(seat.person_id, {"choice": "", "hand": False})
    info = picture.lesson
    return {
        "seat": seat.key,
        "kind": seat.kind.value,
        "classId": seat.class_id,
        "personId": seat.person_id,
        "name": seat.person_name,
        "now": ms(timezone.now()),
        "lesson": {
            "id": info.id, "title": info.title, "subject": info.subject, "grade": info.grade,
            "form": info.form, "teacher": info.host_teacher, "school": info.host_school,
            "startsAt": ms(info.starts_at), "endsAt": ms(info.ends_at),
            "opensBefore": profile.opens_minutes_before,
        },
        "urls": _urls(lesson, seat),
        "settings": {
            "reconnectSeconds": profile.reconnect_seconds,
            "offlineSeconds": profile.offline_seconds,
            "answerSeconds": profile.answer_seconds,
            "videoKbps": profile.video_kbps,
            "lowVideoKbps": profile.low_video_kbps,
            "heldLeastPercent": profile.held_least_percent,
        },
        "keyPoints": _points(lesson) if seat.kind is SeatKind.HOST else [],
        "parts": parts,
    }  # fmt: skip


def _points(lesson: Lesson) -> list[dict[str, Any]]:
    return [{"id": point.pk, "title": point.title} for point in key_points(lesson)[:200]]


def _urls(lesson: Lesson, seat: Seat) -> dict[str, str]:
    urls = {
        "hub": f"/live/hub/{lesson.pk}",
        "events": f"/live/events/{lesson.pk}",
        "send": f"/live/send/{lesson.pk}",
    }
    if seat.kind is not SeatKind.PUPIL:
        urls["media"] = reverse("classroom:media-token", args=[lesson.pk])
        urls["summary"] = reverse("classroom:lesson-summary", args=[lesson.pk])
    if seat.teaches:
        urls["protocol"] = reverse("classroom:protocol", args=[lesson.pk])
    return urls
