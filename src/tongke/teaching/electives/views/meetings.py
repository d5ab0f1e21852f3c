"""Presence of one lesson and results of a section, entered by the teacher."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import Limits
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.models import Presence, Result, Section
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import meetings as queries
from tongke.teaching.electives.queries.meetings import RollLine
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
                raise Refused(wrong)
            count = services.enter_results(section, rows, by=request.actor, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            status = 422
        else:
            messages.success(request, f"已保存 {count} 人的成绩。")
            return redirect("electives:section-detail", pk)
    return _results_page(request, section, lines, status=status)


def _results_page(
    request: AuthedRequest, section: Section, lines: list[RollLine], *,
    errors: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The form, with what was typed where it was refused, else with what is known."""
    rows = []
    for line in lines:
        typed, known = _typed(request, line.pupil.pk), line.result
        if known is not None and f"level-{line.pupil.pk}" not in request.POST:
            score = "" if known.score is None else f"{known.score.normalize():f}"
            typed = (known.level, score, known.words)
        rows.append((line, *typed))
    context = {
        "section": section, "rows": rows, "levels": Result.Level.choices, "errors": errors,
    }  # fmt: skip
    return render(request, "electives/results.html", context, status=status)


def _typed(request: AuthedRequest, pupil: int) -> tuple[str, str, str]:
    """Level, score and words as they were typed for a pupil."""
    level, score, words = (
        request.POST.get(f"{name}-{pupil}", "").strip() for name in ("level", "score", "words")
    )
    return level, score, words


def _rows(request: AuthedRequest, pupils: list[int]) -> tuple[list[NewResult], str]:
    """What was typed for these pupils, and what is wrong with it; empty rows are left out."""
    rows, wrong, bare = [], 0, 0
    for pupil in pupils:
        level, text, words = _typed(request, pupil)
        if not level:
            bare += bool(text or words)
            continue
        score = None
        try:
            score = Decimal(text).quantize(Decimal("0.1")) if text else None
        except InvalidOperation:
            wrong += 1
        if score is not None and not score.is_finite():
            wrong += 1
        rows.append(NewResult(pupil=pupil, level=level, score=score, words=words))
    told = [f"有 {wrong} 处得分不是 0 到 100 的数。"] if wrong else []
    told += [f"有 {bare} 人填了得分或评语，还没有选等第。"] if bare else []
    return rows, "".join(told)


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
    # One byte over the limit is enough for the reader to refuse the file.
    data = upload.read(Limits().most_bytes + 1)
    rows, errors = sheets.read_results(
        data, upload.name or "成绩.xlsx", {line.pupil.number: line.pupil for line in lines}
    )
    if errors:
        return _results_page(request, section, lines, errors=errors, status=422)
    try:
        count = services.enter_results(section, rows, by=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"导入完成，{count} 人的成绩有变动。")
    return redirect("electives:section-detail", pk)
