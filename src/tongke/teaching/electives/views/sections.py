"""Sections: their plan while the offer is written; roll, meetings and results once they run."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.forms import SectionForm, SideForm
from tongke.teaching.electives.models import Offer, Section
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import meetings, times
from tongke.teaching.electives.queries import offers as queries
from tongke.teaching.electives.services import offers as services
from tongke.teaching.electives.views.shared import acted, form_page
from tongke.teaching.timetable.services import sections as timetable


def _section_form(
    request: AuthedRequest, offer: Offer, section: Section | None = None
) -> SectionForm:
    rooms = offer.school.rooms.filter(retired_on=None).order_by("name")
    teachers = queries.teachers_of(offer.school, request.actor.today)
    data = request.POST if request.method == "POST" else None
    return SectionForm(data, teachers=teachers, rooms=rooms, section=section)


def _page(request: AuthedRequest, form: SectionForm, offer: Offer, title: str) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "offer": offer, "title": title}
    return render(request, "electives/section_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def section_create(request: AuthedRequest, pk: int) -> HttpResponse:
    """Add a section to an offer."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_EDIT)
    form = _section_form(request, offer)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_section(offer, form.plan(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "教学班已添加。")
            return redirect("electives:offer-detail", pk)
    return _page(request, form, offer, "添加教学班")


@require_http_methods(["GET", "POST"])
def section_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a section while its offer is not submitted."""
    section = policy.edited_section_or_404(request.actor, pk)
    form = _section_form(request, section.offer, section)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_section(section, form.plan(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("electives:offer-detail", section.offer_id)
    return _page(request, form, section.offer, f"修改{section}")


@require_POST
def section_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a section out of an offer that is not submitted."""
    section = policy.edited_section_or_404(request.actor, pk)
    return acted(
        request,
        partial(services.remove_section, section),
        "教学班已删除。",
        "electives:offer-detail",
        section.offer_id,
    )


@require_GET
def section_list(request: AuthedRequest) -> HttpResponse:
    """The sections that the actor teaches, or that the school offers."""
    policy.require(request.actor, Perm.OFFER_WRITE)
    rows = policy.sections(request.actor, Perm.SECTION_READ)
    page = page_of(request, queries.my_sections(rows, words_in(request)), per=30)
    lines = [(one, times.times_text(one)) for one in page]
    return render(request, "electives/section_list.html", {"page": page, "lines": lines})


@require_GET
def section_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """A section: roll with presence and results, meetings, what waits to be entered."""
    actor = request.actor
    section = policy.section_or_404(actor, pk, Perm.SECTION_READ)
    now = timezone.now()
    held = meetings.meetings(section, now)
    context = {
        "section": section, "times": times.times_text(section), "meetings": held,
        "lines": meetings.roll_lines(section, policy.seats(actor, Perm.SEAT_READ), actor.today),
        "waiting": section.taken.filter(state="waiting").count(),
        "teaches": policy.sections(actor, Perm.SECTION_TEACH).filter(pk=pk).exists(),
        "due": sum(one.due for one in held),
        "next": next((one.lesson for one in held if one.lesson.ends_at > now), None),
    }  # fmt: skip
    return render(request, "electives/section_detail.html", context)


@require_GET
def section_export(request: AuthedRequest, pk: int) -> HttpResponse:
    """The roll with presence and results: also the template of the results' import."""
    section = policy.section_or_404(request.actor, pk, Perm.SECTION_READ)
    seats = policy.seats(request.actor, Perm.SEAT_READ)
    lines = meetings.roll_lines(section, seats, request.actor.today)
    return excel_response(sheets.roll_book(lines), f"{section}名单")


@require_http_methods(["GET", "POST"])
def side_staff(request: AuthedRequest, pk: int) -> HttpResponse:
    """A listening school names who is in the room with its pupils, and the room."""
    side = policy.side_or_404(request.actor, pk, Perm.SIDE_STAFF)
    school = side.school_class.school
    form = SideForm(
        request.POST if request.method == "POST" else None, side=side,
        teachers=queries.teachers_of(school, request.actor.today),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            timetable.staff_side(side, **form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "听讲端已安排，从下一节课起生效。")
            return redirect("electives:return-list")
    return form_page(
        request, form, title=f"{side.course.section}：{school.short_name}听讲端",
        hint="听讲教师在教室里打开听讲端、帮助点名；外校教师只在这门课里看到学生。",
        back=reverse("electives:return-list"),
    )  # fmt: skip
