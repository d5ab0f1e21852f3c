"""Presence of one lesson and results of a section, entered by the teacher."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.models import Presence, Result
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import meetings as queries
from tongke.teaching.electives.services import meetings as services
from tongke.teaching.electives.services.meetings import NewResult


@require_http_methods(["GET", "POST"])
def presence_enter(request: AuthedRequest, pk: int, lesson: int) -> HttpResponse:
    """Who was there; everybody is marked present until somebody is not."""
    section = policy.section_or_404(request.actor, pk, Perm.SECTION_TEACH)
    one = policy.lesson_or_404(section, lesson)
    pupils = queries.pupils_on(section, one.day)
    if request.method == "POST":
        marks = {who.pk: request.POST.get(f"pupil-{who.pk}", "present") for who in pupils}
        try:
            here = services.enter_presence(section, one, marks, by=request.actor, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"考勤已登记：到 {here} 人，共 {len(pupils)} 人。")
            return redirect("electives:section-detail", pk)
    known = queries.marks_of([one.pk])
    context = {
        "section": section, "lesson": one, "live": bool(queries.called([one.pk])),
        "rows": [(who, known.get((one.pk, who.pk), "present")) for who in pupils],
        "statuses": Presence.Status.choices, "entered": bool(known),
    }  # fmt: skip
    return render(request, "electives/presence.html", context)


@require_http_methods(["GET", "POST"])
def results_enter(request: AuthedRequest, pk: int) -> HttpResponse:
    """Levels, scores and words of all pupils of a section."""
    section = policy.section_or_404(request.actor, pk, Perm.SECTION_TEACH)
    seats = policy.seats(request.actor, Perm.SEAT_READ)
    lines = queries.roll_lines(section, seats, request.actor.today)
    status = 200
    if request.method == "POST":
        rows, wrong = _rows(request, [line.pupil.pk for line in lines])
        try:
            if wrong:
                raise Refused(f"有 {wrong} 处得分不是 0 到 100 的数。")
            count = services.enter_results(section, rows, by=request.actor, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            status = 422
        else:
            messages.success(request, f"已保存 {count} 人的成绩。")
            return redirect("electives:section-detail", pk)
    context = {"section": section, "lines": lines, "levels": Result.Level.choices}
    return render(request, "electives/results.html", context, status=status)


def _rows(request: AuthedRequest, pupils: list[int]) -> tuple[list[NewResult], int]:
    """What was typed for these pupils; rows without a level are left out."""
    rows, wrong = [], 0
    for pupil in pupils:
        level = request.POST.get(f"level-{pupil}", "")
        if not level:
            continue
        text, score = request.POST.get(f"score-{pupil}", "").strip(), None
        try:
            score = Decimal(text).quantize(Decimal("0.1")) if text else None
        except InvalidOperation:
            wrong += 1
        words = request.POST.get(f"words-{pupil}", "")
        rows.append(NewResult(pupil=pupil, level=level, score=score, words=words))
    return rows, wrong


@require_POST
def results_import(request: AuthedRequest, pk: int) -> HttpResponse:
    """Results of a workbook; all of it or, with errors, nothing."""
    section = policy.section_or_404(request.actor, pk, Perm.SECTION_TEACH)
    seats = policy.seats(request.actor, Perm.SEAT_READ)
    lines = queries.roll_lines(section, seats, request.actor.today)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "请选择一个 .xlsx 文件。")
        return redirect("electives:results-enter", pk)
    rows, errors = sheets.read_results(
        upload.read(), upload.name or "成绩.xlsx", {line.pupil.number: line.pupil for line in lines}
    )
    if errors:
        context = {
            "section": section,
            "lines": lines,
            "levels": Result.Level.choices,
            "errors": errors,
        }
        return render(request, "electives/results.html", context, status=422)
    try:
        count = services.enter_results(section, rows, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"导入完成，{count} 人的成绩有变动。")
    return redirect("electives:section-detail", pk)
