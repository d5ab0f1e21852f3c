"""Lessons: the calendar list, the hub of the one lesson, and its states."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.roles import FAMILY
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, sheets, web
from tongke.teaching.timetable.forms import ReasonForm, TopicForm, lesson_states, whole
from tongke.teaching.timetable.models import Lesson
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import lessons as queries
from tongke.teaching.timetable.queries.courses import form_name
from tongke.teaching.timetable.services import lessons as services
from tongke.teaching.timetable.views.shared import Asked, asked


def _week(request: AuthedRequest, at: Asked | None) -> int | None:
    """The week the list shows: the one asked for; this week unless a course is looked at."""
    if "week" in request.GET:
        return whole(request.GET["week"], 1, 60)
    return at.week if at and "course" not in request.GET else None


def _found(request: AuthedRequest, at: Asked | None) -> Any:
    get = request.GET
    return queries.search(
        policy.lessons(request.actor, Perm.LESSON_READ),
        term=at.term if at else None, text=get.get("q", "").strip(), state=get.get("state", ""),
        week=_week(request, at), course=whole(get.get("course")),
    )  # fmt: skip


@require_GET
def lesson_list(request: AuthedRequest) -> HttpResponse:
    """The joint lessons one takes part in or answers for."""
    policy.require(request.actor, Perm.LESSON_READ)
    at = asked(request)
    mine = policy.lessons(request.actor, Perm.LESSON_READ)
    rows = _found(request, at)
    context = {
        "at": at,
        "week": _week(request, at) or "",
        "page": page_of(request, queries.lesson_rows(rows)),
        "states": lesson_states(),
        "held": queries.held(rows, timezone.now()),
        "coming": queries.next_lessons(mine, timezone.now(), most=1),
    }
    return render(request, "timetable/lesson_list.html", context)


@require_GET
def lesson_export(request: AuthedRequest) -> HttpResponse:
    """The lessons as they are filtered, as a workbook; for staff."""
    policy.require(request.actor, Perm.TERM_READ)
    at = asked(request)
    rows = queries.lesson_rows(_found(request, at)).iterator(chunk_size=500)
    body = export_xlsx(sheets.LESSONS, sheets.lesson_rows(rows))
    return excel_response(body, f"课次-{request.actor.today:%Y%m%d}")


def _page(
    request: AuthedRequest, lesson: Lesson, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    actor, now, state = request.actor, timezone.now(), lesson.state
    teaches = policy.lessons(actor, Perm.LESSON_TEACH).filter(pk=lesson.pk).exists()
    corrects = policy.lessons(actor, Perm.LESSON_CORRECT).filter(pk=lesson.pk).exists()
    over = lesson.ends_at <= now
    context = {
        "lesson": lesson,
        "form_name": form_name(lesson.course.form),
        "sides": list(queries.sides().filter(lesson=lesson)),
        "panels": web.panels(request, lesson),
        "refusal": refusal,
        "family": actor.role in FAMILY,
        "may_topic": teaches and state in {"planned", "live", "held"},
        "may_miss": (teaches or corrects) and state == "planned" and lesson.starts_at <= now,
        "may_reverse": corrects and state == "held",
        "may_confirm": corrects and over and state in {"planned", "not_held"},
    }
    return render(request, "timetable/lesson_detail.html", context, status=status)


@require_GET
def lesson_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """The hub of one lesson: facts, classes, state, and what other packages add."""
    return _page(request, policy.lesson_or_404(request.actor, pk, Perm.LESSON_READ))


def _reasoned(
    request: AuthedRequest, lesson: Lesson, heading: str, act: Any, warning: str = ""
) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(lesson, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:lesson-detail", lesson.pk)
    context = {
        "form": form, "heading": heading, "warning": warning, "lesson": lesson,
        "back": "timetable:lesson-list",
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/reason_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def lesson_miss(request: AuthedRequest, pk: int) -> HttpResponse:
    """Say that the lesson did not take place, and why."""
    rows = policy.lessons(request.actor, Perm.LESSON_TEACH)
    perm = Perm.LESSON_TEACH if rows.filter(pk=pk).exists() else Perm.LESSON_CORRECT
    lesson = policy.lesson_or_404(request.actor, pk, perm)
    return _reasoned(request, lesson, "记为未上课", services.mark_not_held)


@require_http_methods(["GET", "POST"])
def lesson_reverse(request: AuthedRequest, pk: int) -> HttpResponse:
    """Correct a lesson wrongly counted as held."""
    lesson = policy.lesson_or_404(request.actor, pk, Perm.LESSON_CORRECT)
    warning = "这节课的工作量会全部冲销，指标随之更新；原记录保留。"
    return _reasoned(request, lesson, "更正为未上课", services.reverse_held, warning)


@require_http_methods(["GET", "POST"])
def lesson_confirm(request: AuthedRequest, pk: int) -> HttpResponse:
    """Correct a lesson that took place but was not recorded."""
    lesson = policy.lesson_or_404(request.actor, pk, Perm.LESSON_CORRECT)
    return _reasoned(request, lesson, "补记为已上课", services.confirm_held)


@require_http_methods(["GET", "POST"])
def lesson_topic(request: AuthedRequest, pk: int) -> HttpResponse:
    """The delivering teacher names what the lesson is about."""
    lesson = policy.lesson_or_404(request.actor, pk, Perm.LESSON_TEACH)
    initial = {"title": lesson.title, "unit": lesson.unit_id}
    units = queries.units_of(lesson)
    form = TopicForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_topic(lesson, **form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:lesson-detail", pk)
    context = {"form": form, "lesson": lesson}
    status = 422 if form.errors else 200
    return render(request, "timetable/topic_form.html", context, status=status)
