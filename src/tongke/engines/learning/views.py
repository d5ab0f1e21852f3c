"""Pages of learning: classes, heat map, one cell, recommendations."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.audit import record_read
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import Column, Sheet, export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.engines.learning import policy, queries, services
from tongke.engines.learning.policy import Perm
from tongke.engines.learning.profile import LearningProfile
from tongke.engines.learning.scopes import ClassScope, scopes
from tongke.engines.learning.services.overrulings import STATES
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, for_roles, words_in

_SIDES_MOST = 8


@require_GET
@for_roles(*policy.LOOKERS)
def class_list(request: AuthedRequest) -> HttpResponse:
    """Classes and subjects whose learning one may look into."""
    rows = queries.scope_rows(scopes(request.actor), request.actor.today)
    words = words_in(request)
    if words:
        rows = [
            row for row in rows
            if words in f"{row.school_class.school.name}{row.school_class.name}{row.subject.name}"
        ]  # fmt: skip
    return render(request, "learning/classes.html", {"page": page_of(request, rows), "q": words})


@require_GET
def class_detail(request: AuthedRequest, class_id: int, subject_code: str) -> HttpResponse:
    """The heat map of a class, its weak points, and questions that wait. Audited."""
    actor, today = request.actor, request.actor.today
    scope = policy.scope_or_404(actor, class_id, subject_code, Perm.CLASS_READ)
    ids = queries.pupil_ids(class_id, today)
    points = queries.points_with_evidence(class_id, subject_code, today)
    summaries = queries.summaries(ids, points)
    school_class = queries.class_named(class_id)
    rows: list[queries.HeatRow] = []
    if scope.pupils:
        record_read(school_class, actor=actor, at=timezone.now(), why="查看班级学情")
        rows = queries.heat(list(policy.pupils_of(actor, class_id, subject_code)), points)
    side_by_side = _sides(request, scope, summaries)
    context = {
        "scope": scope, "school_class": school_class, "subject_code": subject_code,
        "points": points, "rows": rows, "summaries": summaries, "level": _level(),
        "weak": [one for one in summaries if one.is_weak],
        "asked": queries.asked(ids, subject_code) if scope.pupils else [],
        "may_reply": scope.pupils and actor.role is Role.TEACHER,
        "as_of": queries.as_of(points, ids), "sides": side_by_side,
        "chart": _chart(side_by_side) if side_by_side else None,
    }  # fmt: skip
    return render(request, "learning/class.html", context)


def _level() -> float:
    return current(LearningProfile).interval_level


def _sides(
    request: AuthedRequest, scope: ClassScope, summaries: list[queries.PointSummary]
) -> list[tuple[queries.PointSummary, list[queries.Side]]]:
    """The classes of the same course side by side, on the points where two of them have a mean."""
    if not scope.group:
        return []
    together = [one for one in scopes(request.actor) if one.group == scope.group]
    shown = summaries[:_SIDES_MOST]
    found = queries.sides(together, [one.point for one in shown], request.actor.today)
    return [(one, found[one.point.pk]) for one in shown if len(found[one.point.pk]) > 1]


def _chart(rows: list[tuple[queries.PointSummary, list[queries.Side]]]) -> dict[str, object]:
    names = {side.label for _, sides in rows for side in sides}
    series = []
    for name in sorted(names):
        cells = [next((one for one in sides if one.label == name), None) for _, sides in rows]
        series.append(
            {
                "name": name,
                "values": [round(one.mean * 100) if one else None for one in cells],
                "low": [round(one.low * 100) if one else None for one in cells],
                "high": [round(one.high * 100) if one else None for one in cells],
            }
        )
    labels = [one.point.title for one, _ in rows]
    return {"kind": "interval", "labels": labels, "series": series, "unit": "%", "max": 100}


@require_GET
def class_export(request: AuthedRequest, class_id: int, subject_code: str) -> HttpResponse:
    """The heat map as a workbook; reading it is audited."""
    pupils = list(policy.pupils_of(request.actor, class_id, subject_code))
    points = queries.points_with_evidence(class_id, subject_code, request.actor.today)
    columns = [Column("姓名", "pupil")]
    columns += [Column(f"{one.seq} {one.title}"[:40], f"p{one.pk}") for one in points]
    school_class = queries.class_named(class_id)
    lines = []
    for row in queries.heat(pupils, points):
        line: dict[str, object] = {"pupil": row.pupil.name}
        for point, cell in zip(points, row.cells, strict=True):
            line[f"p{point.pk}"] = _cell_text(cell)
        lines.append(line)
    record_read(school_class, actor=request.actor, at=timezone.now(), why="导出学情")
    sheet = Sheet(code="mastery", title="学情", columns=tuple(columns))
    return excel_response(export_xlsx(sheet, lines, title="学情"), f"{school_class.name}学情")


def _cell_text(cell: object) -> str:
    mean = getattr(cell, "mean", None)
    state = getattr(cell, "state", "")
    return "" if cell is None else state if mean is None else f"{mean:.0%} {state}"


@require_GET
@for_roles(Role.TEACHER, Role.HEAD)
def cell(request: AuthedRequest, mastery_id: int) -> HttpResponse:
    """One pupil on one point: estimate, interval, evidence, overrulings. Audited."""
    row = policy.mastery_or_404(request.actor, mastery_id, Perm.PUPIL_READ)
    record_read(row.pupil, actor=request.actor, at=timezone.now(), why="查看学情依据")
    may = policy.mastery(request.actor, Perm.MASTERY_OVERRULE).filter(pk=row.pk).exists()
    context = {
        "row": row, "evidence": queries.evidence(row.pupil, row.key_point),
        "overrulings": queries.overrulings(row.pupil, row.key_point), "may_overrule": may,
        "states": [str(state) for state in STATES], "level": _level(),
    }  # fmt: skip
    return render(request, "learning/cell.html", context)


@require_POST
def overrule(request: AuthedRequest, mastery_id: int) -> HttpResponse:
    """Set the teacher's word against the estimate."""
    row = policy.mastery_or_404(request.actor, mastery_id, Perm.MASTERY_OVERRULE)
    try:
        services.overrule(
            row.pupil, row.key_point, request.POST.get("state", ""),
            request.POST.get("reason", ""), by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已改判，理由会保留。")
    return redirect("learning:cell", mastery_id)


@require_POST
def overruling_withdraw(request: AuthedRequest, overruling_id: int) -> HttpResponse:
    """Take one's own overruling back."""
    row = policy.overruling_or_404(request.actor, overruling_id)
    try:
        services.withdraw(row, by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已撤回，按作答重新估计。")
    # The estimate is gone when it rested on the teacher's word alone.
    seen = policy.mastery(request.actor, Perm.PUPIL_READ)
    left = seen.filter(pupil=row.pupil_id, key_point=row.key_point_id).first()
    return redirect("learning:cell", left.pk) if left else redirect("learning:class-list")


@require_POST
@for_roles(Role.TEACHER)
def push(request: AuthedRequest, class_id: int, subject_code: str, point_id: int) -> HttpResponse:
    """Send the point's resource to the chosen pupils of a class."""
    pupils = policy.pupils_of(request.actor, class_id, subject_code)
    chosen = [int(pk) for pk in request.POST.getlist("pupil") if pk.isdigit()]
    point = policy.point_or_404(subject_code, point_id)
    try:
        count = services.push(
            pupils.filter(pk__in=chosen), point, request.POST.get("reason", ""),
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, f"已推送给 {count} 名学生。")
    return redirect("learning:class-detail", class_id, subject_code)


@require_GET
def point(request: AuthedRequest, class_id: int, subject_code: str, point_id: int) -> HttpResponse:
    """A weak point: who needs what, and the push form with those chosen beforehand."""
    pupils = list(policy.pupils_of(request.actor, class_id, subject_code))
    one = policy.point_or_404(subject_code, point_id)
    rows = queries.heat(pupils, [one])
    context = {"point": one, "rows": rows, "class_id": class_id, "subject_code": subject_code,
               "school_class": queries.class_named(class_id)}  # fmt: skip
    return render(request, "learning/point.html", context)


@require_GET
@for_roles(Role.PUPIL, Role.GUARDIAN)
def my_advice(request: AuthedRequest) -> HttpResponse:
    """A pupil's recommendations; a guardian's children's, to look at."""
    rows = policy.advice(request.actor, Perm.ADVICE_READ).select_related(
        "key_point", "pupil", "replied_by"
    )
    waiting = ["open", "started"]
    context = {
        "open": list(rows.filter(state__in=waiting).order_by("-at", "-pk")),
        "page": page_of(request, rows.exclude(state__in=waiting).order_by("-changed_at", "-pk")),
        "guardian": request.actor.role is Role.GUARDIAN,
    }
    return render(request, "learning/advice.html", context)


@require_POST
def advice_answer(request: AuthedRequest, advice_id: int) -> HttpResponse:
    """Done, "I know this", or "ask the teacher"."""
    row = policy.advice_or_404(request.actor, advice_id, Perm.ADVICE_ANSWER)
    try:
        services.respond(
            row, request.POST.get("state", ""), by=request.actor, at=timezone.now(),
            note=request.POST.get("note", ""),
        )  # fmt: skip
    except Refused as refusal:
        notices.error(request, str(refusal))
    return redirect("learning:my-advice")


@require_POST
def advice_reply(request: AuthedRequest, advice_id: int) -> HttpResponse:
    """A teacher's answer to a pupil's question."""
    row = policy.advice_or_404(request.actor, advice_id, Perm.ADVICE_REPLY)
    try:
        services.answer(row, request.POST.get("reply", ""), by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已回复，学生会收到消息。")
    place = queries.class_of(row.pupil_id, request.actor.today)
    if place is None:
        return redirect("learning:class-list")
    return redirect("learning:class-detail", place, row.key_point.unit.textbook.subject_id)
