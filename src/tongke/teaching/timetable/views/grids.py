"""Timetables of classes, teachers and schools: week pages, print-outs, workbooks, editing."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.engines.communities.policy import Perm as CommunityPerm
from tongke.engines.communities.policy import community_or_404
from tongke.foundation.people.models import Organisation, Person, SchoolClass
from tongke.foundation.people.roles import FAMILY, Role
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable import policy, sheets
from tongke.teaching.timetable.forms import PlacementForm, whole
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries import grids, joint, staff
from tongke.teaching.timetable.queries.calendar import SCHOOL_DAYS, planning_day, weekday_name
from tongke.teaching.timetable.services import placements
from tongke.teaching.timetable.views.shared import Asked, asked


@require_GET
def mine(request: AuthedRequest) -> HttpResponse:
    """My timetable: of my class, of my children's classes, my own, or my school's."""
    actor = request.actor
    if actor.role in FAMILY:
        return _family(request)
    if actor.role is Role.TEACHER:
        return teacher_week(request, actor.person.pk)
    if policy.may(actor, Perm.GRID_EDIT):
        return redirect("timetable:school-day", actor.organisation.pk)
    return redirect("timetable:school-list")


def _family(request: AuthedRequest) -> HttpResponse:
    at = asked(request)
    classes = list(policy.classes(request.actor, Perm.GRID_READ).select_related("school"))
    shown = [
        (each, grids.class_week(at.term, each, week=at.week, now=at.now)) for each in classes if at
    ]
    return render(request, "timetable/family_week.html", {"at": at, "shown": shown})


@require_GET
def class_list(request: AuthedRequest) -> HttpResponse:
    """Classes to choose a timetable of."""
    policy.require(request.actor, Perm.GRID_READ)
    rows = policy.classes(request.actor, Perm.GRID_READ).select_related("school")
    school, text = whole(request.GET.get("school")), request.GET.get("q", "").strip()
    if school:
        rows = rows.filter(school=school)
    if text:
        rows = rows.filter(name__contains=text) | rows.filter(school__name__contains=text)
    context = {
        "page": page_of(request, rows.order_by("school__path", "grade_code", "number")),
        "schools": _school_options(request),
    }
    return render(request, "timetable/class_list.html", context)


def _school_options(request: AuthedRequest) -> list[tuple[int, str]]:
    rows = policy.schools(request.actor, Perm.GRID_READ)
    return list(rows.values_list("pk", "short_name"))


@require_GET
def class_week(request: AuthedRequest, pk: int) -> HttpResponse:
    """A class's week on its own bells; a timetabler opens a period from here."""
    school_class = policy.class_or_404(request.actor, pk, Perm.GRID_READ)
    at = asked(request)
    may_edit = _editable(request).filter(pk=pk).exists()
    context: dict[str, Any] = {"school_class": school_class, "at": at, "may_edit": may_edit}
    if at:
        context["grid"] = grids.class_week(at.term, school_class, week=at.week, now=at.now)
        if may_edit:
            context["cells"] = staff.edit_cells(at.term, school_class, at.today)
    page = "timetable/print_week.html" if request.GET.get("print") else "timetable/class_week.html"
    return render(request, page, context | {"heading": f"{school_class.name}课表"})


def _editable(request: AuthedRequest) -> QuerySet[SchoolClass]:
    return policy.classes(request.actor, Perm.GRID_EDIT)


@require_GET
def teacher_list(request: AuthedRequest) -> HttpResponse:
    """Teachers of the schools the actor sees, with their weekly periods."""
    policy.require(request.actor, Perm.GAP_READ)
    at = asked(request)
    schools = policy.schools(request.actor, Perm.GRID_READ)
    text, school = request.GET.get("q", "").strip(), whole(request.GET.get("school"))
    rows = staff.teachers(schools.filter(pk=school) if school else schools, request.actor.today)
    page = page_of(request, rows.filter(name__contains=text) if text else rows)
    lines = staff.teacher_lines(list(page), at.term if at else None, request.actor.today)
    context = {"page": page, "lines": lines, "schools": _school_options(request)}
    return render(request, "timetable/teacher_list.html", context)


@require_GET
def teacher_week(request: AuthedRequest, pk: int) -> HttpResponse:
    """A teacher's week, with lessons at every school they teach at."""
    teacher = _teacher_or_404(request, pk)
    at = asked(request)
    schools = staff.schools_of(teacher, request.actor.today)
    context: dict[str, Any] = {"teacher": teacher, "at": at, "schools": schools}
    if at:
        keys = [each.pk for each in schools]
        context["grid"] = grids.teacher_week(at.term, teacher, keys, week=at.week, now=at.now)
    own = teacher == request.actor.person
    context["heading"] = "我的课表" if own else f"{teacher.name}的课表"
    page = "print_week" if request.GET.get("print") else "teacher_week"
    return render(request, f"timetable/{page}.html", context)


def _teacher_or_404(request: AuthedRequest, pk: int) -> Person:
    policy.require(request.actor, Perm.TERM_READ)
    if pk == request.actor.person.pk:
        return request.actor.person
    schools = policy.schools(request.actor, Perm.GRID_READ)
    return get_object_or_404(staff.teachers(schools, request.actor.today), pk=pk)


@require_GET
def school_list(request: AuthedRequest) -> HttpResponse:
    """Schools to choose a timetable of."""
    policy.require(request.actor, Perm.TERM_READ)
    rows = policy.schools(request.actor, Perm.GRID_READ)
    text = request.GET.get("q", "").strip()
    page = page_of(request, rows.filter(name__contains=text) if text else rows)
    at = asked(request)
    lines = staff.school_lines(list(page), at.term if at else None)
    return render(request, "timetable/school_list.html", {"page": page, "lines": lines})


@require_GET
def school_day(request: AuthedRequest, pk: int) -> HttpResponse:
    """All classes of a school on one weekday."""
    school = policy.school_or_404(request.actor, pk, Perm.GRID_READ)
    at, today = asked(request), request.actor.today
    weekday = whole(request.GET.get("weekday"), 1, 5) or min(today.isoweekday(), 5)
    context: dict[str, Any] = {
        "school": school, "at": at, "heading": f"{school.name}课表",
        "tabs": [(n, weekday_name(n), n == weekday) for n in SCHOOL_DAYS],
        "may_edit": policy.schools(request.actor, Perm.GRID_EDIT).filter(pk=pk).exists(),
    }  # fmt: skip
    if at:
        day = planning_day(at.term, today)
        context["grid"] = grids.school_day(at.term, school, weekday=weekday, day=day)
    page = "print_week" if request.GET.get("print") else "school_day"
    return render(request, f"timetable/{page}.html", context)


@require_GET
def joint_week(request: AuthedRequest, pk: int) -> HttpResponse:
    """A consortium's classes of one grade (?grade=) side by side on the real clock."""
    community = community_or_404(request.actor, pk, CommunityPerm.COMMUNITY_READ)
    at = asked(request)
    context: dict[str, Any] = {"community": community, "at": at}
    if at:
        wanted = request.GET.get("grade", "")
        context["joint"] = joint.joint_week(at.term, community, wanted, at.planned)
    return render(request, "timetable/joint_week.html", context)


@require_GET
def plan_export(request: AuthedRequest) -> HttpResponse:
    """The weekly plans of a class (?class=), a school (?school=) or all one sees, as a workbook."""
    policy.require(request.actor, Perm.GRID_READ)
    at = asked(request)
    if at is None:
        raise Http404
    rows = policy.classes(request.actor, Perm.GRID_READ).select_related("school")
    wanted, school = whole(request.GET.get("class")), whole(request.GET.get("school"))
    rows = rows.filter(pk=wanted) if wanted else rows
    rows = rows.filter(school=school) if school else rows
    classes = list(rows.order_by("school__path", "grade_code", "number"))
    plans = grids.plan_rows(at.term, classes, planning_day(at.term, at.today))
    body = export_xlsx(sheets.WEEK_PLAN, sheets.plan_rows(plans), meta={"学期": at.term.name})
    return excel_response(body, f"周课表-{at.term.code}")


@require_http_methods(["GET", "POST"])
def cell_edit(request: AuthedRequest, pk: int, weekday: int, seq: int) -> HttpResponse:
    """Set what stands in one period of a class."""
    school_class = policy.class_or_404(request.actor, pk, Perm.GRID_EDIT)
    at = asked(request)
    if at is None or weekday not in SCHOOL_DAYS:
        raise Http404
    standing = staff.standing(at.term, school_class, weekday, seq)
    form = _placement_form(request, at, school_class.school, school_class, standing)
    if request.method == "POST" and form.is_valid():
        try:
            placements.place(
                at.term, school_class=school_class, weekday=weekday, seq=seq,
                **form.cleaned_data, by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("timetable:class-week", pk)
    context = {
        "form": form, "school_class": school_class, "standing": standing,
        "where": f"{weekday_name(weekday)}第 {seq} 节", "weekday": weekday, "seq": seq,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "timetable/cell_form.html", context, status=status)


def _placement_form(
    request: AuthedRequest, at: Asked, school: Organisation, school_class: SchoolClass, now: Any
) -> PlacementForm:
    initial = (
        {"subject": now.subject_id, "teacher": now.teacher_id, "room": now.room_id} if now else {}
    )
    return PlacementForm(
        request.POST or None, initial=initial,
        subjects=staff.subjects_of(school_class.grade_code),
        teachers=staff.teachers(policy.schools(request.actor, Perm.GRID_EDIT).filter(pk=school.pk),
                                at.today),
        rooms=staff.rooms(school),
    )  # fmt: skip


@require_POST
def cell_clear(request: AuthedRequest, pk: int, weekday: int, seq: int) -> HttpResponse:
    """Empty one period of a class."""
    school_class = policy.class_or_404(request.actor, pk, Perm.GRID_EDIT)
    at = asked(request)
    standing = staff.standing(at.term, school_class, weekday, seq) if at else None
    if standing is None:
        raise Http404
    try:
        placements.clear(standing, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("timetable:class-week", pk)
