"""Joint courses: taken from demands, staffed from all sides, withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, sheets
from tongke.teaching.timetable.forms import CourseForm, ListenerForm, ReasonForm, whole
from tongke.teaching.timetable.models import Course
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import courses as queries
from tongke.teaching.timetable.queries import lessons as lesson_queries
from tongke.teaching.timetable.queries.calendar import planning_day
from tongke.teaching.timetable.services import courses as services
from tongke.teaching.timetable.services import publishing

STEPS = ["承接需求", "配齐师资", "排课", "开课"]
_STEP = {"draft": 2, "ready": 3, "published": 5, "ended": 5, "withdrawn": 1}


def _found(request: AuthedRequest) -> Any:
    rows = policy.courses(request.actor, Perm.COURSE_READ)
    get = request.GET
    return queries.search(
        rows, text=get.get("q", "").strip(), state=get.get("state", ""),
        subject=get.get("subject", ""), form=get.get("form", ""),
    )  # fmt: skip


@require_GET
def course_list(request: AuthedRequest) -> HttpResponse:
    """The joint courses one may see, newest first."""
    policy.require(request.actor, Perm.COURSE_READ)
    rows = policy.courses(request.actor, Perm.COURSE_READ)
    context = {
        "page": page_of(request, _found(request)),
        "states": Course.State.choices,
        "subjects": queries.subjects_taught(rows),
        "forms": queries.lesson_forms(),
        "counts": queries.state_counts(rows),
        "may_plan": policy.may(request.actor, Perm.COURSE_PLAN),
        "may_take": policy.demands(request.actor, Perm.DEMAND_TAKE).exists(),
    }
    return render(request, "timetable/course_list.html", context)


@require_GET
def course_export(request: AuthedRequest) -> HttpResponse:
    """The courses as they are filtered, as a workbook."""
    policy.require(request.actor, Perm.COURSE_READ)
    rows = _found(request).iterator(chunk_size=500)
    body = export_xlsx(sheets.COURSES, sheets.course_rows(rows))
    return excel_response(body, f"联合课程-{request.actor.today:%Y%m%d}")


@require_POST
def course_take(request: AuthedRequest) -> HttpResponse:
    """Make one course of the ticked demands (demand=)."""
    policy.require(request.actor, Perm.DEMAND_TAKE)
    ids = [pk for text in request.POST.getlist("demand") if (pk := whole(text))]
    chosen = policy.demands(request.actor, Perm.DEMAND_TAKE).filter(pk__in=ids)
    try:
        course = services.take_demands(
            list(chosen.select_related("school_class", "term").order_by("pk")),
            host_school=request.actor.organisation, by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("timetable:demand-list")
    messages.success(request, "已承接。请指定主讲教师和教室，听讲校会收到消息。")
    return redirect("timetable:course-detail", course.pk)


@require_GET
def course_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One course: its sides, what is missing, its weekly times and its lessons."""
    actor = request.actor
    found = policy.course_or_404(actor, pk, Perm.COURSE_READ)
    course = queries.course_rows(policy.courses(actor, Perm.COURSE_READ)).get(pk=found.pk)
    lessons = policy.lessons(actor, Perm.LESSON_READ).filter(course=course)
    staffable = {each.pk for each in policy.listeners(actor, Perm.LISTENER_STAFF).filter(
        course=course)}  # fmt: skip
    droppable = {each.pk for each in policy.listeners(actor, Perm.LISTENER_DROP).filter(
        course=course)}  # fmt: skip
    unpublished = course.state in {Course.State.DRAFT, Course.State.READY}
    context = {
        "course": course, "form_name": queries.form_name(course.form), "steps": STEPS,
        "step": _STEP[course.state], "unpublished": unpublished,
        "missing": queries.missing(course) if unpublished else [],
        "held": lesson_queries.held(lessons, timezone.now()),
        "coming": lesson_queries.next_lessons(lessons, timezone.now()),
        "demands": list(course.demands.select_related("school_class__school", "subject")),
        "may_staff": policy.courses(actor, Perm.COURSE_STAFF).filter(pk=pk).exists(),
        "may_plan": policy.courses(actor, Perm.COURSE_PLAN).filter(pk=pk).exists(),
        "may_withdraw": policy.courses(actor, Perm.COURSE_WITHDRAW).filter(pk=pk).exists(),
        "staffable": staffable if unpublished else set(),
        "droppable": droppable if unpublished and len(course.listeners.all()) > 1 else set(),
    }  # fmt: skip
    return render(request, "timetable/course_detail.html", context)


@require_http_methods(["GET", "POST"])
def course_staff(request: AuthedRequest, pk: int) -> HttpResponse:
    """The delivering side names its teacher, class, room and textbook."""
    found = policy.course_or_404(request.actor, pk, Perm.COURSE_STAFF)
    course = queries.course_rows(policy.courses(request.actor, Perm.COURSE_STAFF)).get(pk=found.pk)
    day = planning_day(course.term, request.actor.today)
    candidates = queries.host_candidates(course, day)
    initial = {
        name: getattr(course, f"{name}_id") for name in ("host_teacher", "host_class", "host_room",
                                                         "textbook")
    } | {"form": course.form, "periods_per_week": course.periods_per_week}  # fmt: skip
    form = CourseForm(
        request.POST or None, initial=initial, course=course, candidates=candidates,
        classes=queries.host_classes(course), textbooks=queries.textbooks_for(course),
        rooms=queries.rooms_for(course.host_school, deliver=True, day=day),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["host_teacher"] = queries.person(given["host_teacher"])
        try:
            services.staff_course(course, **given, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:course-detail", pk)
    context = {"form": form, "course": course, "candidates": candidates}
    status = 422 if form.errors else 200
    return render(request, "timetable/course_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def listener_staff(request: AuthedRequest, pk: int) -> HttpResponse:
    """A listening school names its assistant and room."""
    listener = policy.listener_or_404(request.actor, pk, Perm.LISTENER_STAFF)
    school = listener.school_class.school
    day = planning_day(listener.course.term, request.actor.today)
    form = ListenerForm(
        request.POST or None, listener=listener,
        candidates=queries.assistant_candidates(listener.course, school, day),
        rooms=queries.rooms_for(school, deliver=False, day=day),
        initial={"assistant": listener.assistant_id, "room": listener.room_id},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.staff_listener(
                listener, assistant=queries.person(given["assistant"]), room=given["room"],
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:course-detail", listener.course_id)
    context = {"form": form, "listener": listener, "course": listener.course}
    status = 422 if form.errors else 200
    return render(request, "timetable/listener_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def listener_drop(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a class out of an unpublished course, with a reason."""
    listener = policy.listener_or_404(request.actor, pk, Perm.LISTENER_DROP)
    course = listener.course
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.drop_listener(
                listener, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已退出，原需求重新待承接。")
            return redirect("timetable:course-list")
    heading = f"{listener.school_class.name}退出{course}"
    context = {"form": form, "heading": heading, "back": "timetable:course-list"}
    status = 422 if form.errors else 200
    return render(request, "timetable/reason_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def course_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a course back, with a reason."""
    course = policy.course_or_404(request.actor, pk, Perm.COURSE_WITHDRAW)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw_course(
                course, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:course-detail", pk)
    context = {
        "form": form, "heading": f"撤销{course}", "back": "timetable:course-list",
        "warning": "还没上的课次会全部取消，各班让出的课在空闲时恢复，缺课需求重新待承接。",
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/reason_form.html", context, status=status)
