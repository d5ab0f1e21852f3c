"""After the lesson: presence, roll, questions, events; and the same as a workbook."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongke.core.audit import record_read
from tongke.core.web import excel_response
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.exports import workbook
from tongke.teaching.classroom.models import Session
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.queries import live
from tongke.teaching.classroom.queries.summary import Summary, summary
from tongke.teaching.timetable.models import Lesson


def _found(request: AuthedRequest, lesson_id: int) -> tuple[Lesson, Session | None]:
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.SESSION_READ)
    return lesson, live.session_of(lesson.pk)


def _chart(facts: Summary) -> dict[str, Any]:
    """Answers by option and room of all questions, stacked, for the chart of the page."""
    labels = [f"问 {one.question.seq} · {bar[0]}" for one in facts.questions for bar in one.bars]
    series = [
        {
            "name": room.room.name,
            "values": [
                one.tally.choices[bar[0]].get(room.room.class_id, 0)
                for one in facts.questions
                for bar in one.bars
            ],
        }
        for room in facts.rooms
    ]
    return {"kind": "stack", "labels": labels, "series": series, "unit": "人"}


def _chart_rows(chart: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """The figures of the chart as rows of its table."""
    return [
        (label, [one["values"][row] for one in chart["series"]])
        for row, label in enumerate(chart["labels"])
    ]


@require_GET
def lesson_summary(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """The log and the figures of a lesson."""
    lesson, session = _found(request, lesson_id)
    context: dict[str, object] = {"lesson": lesson, "session": session}
    if session is not None:
        facts = summary(lesson, session, policy.known_pupils(request.actor, lesson))
        chart = _chart(facts)
        context |= {"facts": facts, "chart": chart, "chart_rows": _chart_rows(chart)}
    return render(request, "classroom/summary.html", context)


@require_GET
def lesson_export(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Roll and answers by pupil as a workbook; reading children's records is audited."""
    lesson, session = _found(request, lesson_id)
    if session is None:
        return HttpResponse(status=404)
    record_read(session, actor=request.actor, at=timezone.now(), why="课堂记录导出")
    name = f"课堂记录 {lesson.day:%Y-%m-%d} {lesson.title or lesson.course}"
    known = policy.known_pupils(request.actor, lesson)
    return excel_response(workbook(lesson, session, known), name)
