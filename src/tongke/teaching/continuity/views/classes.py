"""The online day of classes, for teachers and schools: stand-ins, who took part, questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.engines.library import policy as library
from tongke.engines.library import queries as library_queries
from tongke.engines.library.models import Resource
from tongke.foundation.people.models import SchoolClass
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, words_in
from tongke.teaching.continuity import policy, sheets
from tongke.teaching.continuity.forms import ChooseForm
from tongke.teaching.continuity.policy import Perm
from tongke.teaching.continuity.queries import away, days, learners, modes, reports
from tongke.teaching.continuity.queries.away import ClassLine
from tongke.teaching.continuity.queries.days import ClassDay, Part
from tongke.teaching.continuity.services import choosing, studying
from tongke.teaching.continuity.views.shared import asked_day, attempt, day_or_404


@dataclass(frozen=True)
class _Found:
    """The classes of a day: all one answers for, those at home, pupils away, those to list."""

    all: list[SchoolClass]
    touched: set[int]
    away: dict[int, int]
    listed: list[SchoolClass]

    def lines(self, classes: Iterable[SchoolClass], day: date) -> list[ClassLine]:
        """Some of the classes as the list shows them."""
        found = days.class_days(classes, day)
        return [_line(one, self.away.get(pk, 0)) for pk, one in found.items()]


def _found(request: AuthedRequest, day: date) -> _Found:
    text = words_in(request)
    rows = policy.classes(request.actor, Perm.DAY_READ).select_related("school")
    ordered = list(rows.order_by("school__path", "grade_code", "number").distinct())
    counts = away.away_counts(ordered, day)
    touched = {each.pk for each in modes.touched(ordered, day, day)}
    listed = [
        each for each in ordered
        if (each.pk in touched or counts.get(each.pk))
        and (text in each.name or text in each.school.name)
    ]  # fmt: skip
    return _Found(ordered, touched, counts, listed)


@require_GET
def class_list(request: AuthedRequest) -> HttpResponse:
    """The classes one answers for that learn at home on a day, and who is away elsewhere."""
    policy.require(request.actor, Perm.DAY_READ)
    day = asked_day(request)
    found = _found(request, day)
    page = page_of(request, found.listed, per=30)
    page.object_list = found.lines(page, day)
    context = {
        "page": page, "day": day, "is_today": day == request.actor.today,
        "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "classes": len(found.all), "at_home": len(found.touched), "away": sum(found.away.values()),
    }  # fmt: skip
    return render(request, "continuity/class_list.html", context)


@require_GET
def class_export(request: AuthedRequest) -> HttpResponse:
    """The list of the day as it is searched, as a workbook."""
    policy.require(request.actor, Perm.DAY_READ)
    day = asked_day(request)
    found = _found(request, day)
    body = export_xlsx(sheets.CLASSES, sheets.class_rows(found.lines(found.listed, day)))
    return excel_response(body, f"在家学习-{day:%Y%m%d}")


def _line(one: ClassDay, absent: int) -> ClassLine:
    title = "、".join(each.title for each in one.orders)
    return ClassLine(
        one.school_class, len(one.online), len(one.unsettled), one.drill, title, absent
    )


@require_GET
def class_day(request: AuthedRequest, class_id: int, day: str) -> HttpResponse:
    """A class's day at home: each period's stand-in, and who opened and finished it."""
    school_class = policy.class_or_404(request.actor, class_id, Perm.DAY_READ)
    when, now = day_or_404(day), timezone.now()
    counts = away.away_counts([school_class], when)
    one = days.class_day(school_class, when, everywhere=bool(counts))
    if request.actor.role is Role.TEACHER and one.orders:
        studying.note_opening(one, request.actor.person, teacher=True, at=now)
    parts = [each for each in one.parts if each.online or counts]
    full = policy.classes(request.actor, Perm.STUDY_READ).filter(pk=class_id).exists()
    named = [each for each in parts if full or each.stand_in.teacher_id == request.actor.person.pk]
    studies = policy.studies(request.actor, Perm.STUDY_READ).filter(
        stand_in__school_class=school_class, stand_in__day=when
    ).select_related("stand_in__subject", "pupil", "replied_by")  # fmt: skip
    seen = reports.seen([each.stand_in for each in parts])
    context = {
        "one": one, "school_class": school_class, "day": when, "away": counts.get(class_id, 0),
        "rows": [
            (each, seen.get(each.stand_in.pk or 0), _may_choose(request, each))
            for each in parts
        ],
        "named": named, "full": full,
        "lines": learners.table(school_class, when, named, studies, full=full) if named else [],
        "questions": [each for each in studies if each.question],
        "may_reply": request.actor.role is Role.TEACHER,
        "before": when - timedelta(days=1), "after": when + timedelta(days=1),
    }  # fmt: skip
    return render(request, "continuity/class_day.html", context)


def _mine(request: AuthedRequest, part: Part) -> bool:
    """Whether it is the actor's to choose: the period's teacher, or the homeroom teacher."""
    person = request.actor.person.pk
    owners = {part.stand_in.teacher_id, part.placement.teacher_id}
    return person in owners or part.school_class.homeroom_teacher_id == person


def _may_choose(request: AuthedRequest, part: Part) -> bool:
    teaching = request.actor.role is Role.TEACHER
    return teaching and _mine(request, part) and part.starts_at > timezone.now()


def _part(request: AuthedRequest, class_id: int, day: str, seq: int) -> Part:
    school_class = policy.class_or_404(request.actor, class_id, Perm.DAY_CHOOSE)
    one = days.class_day(school_class, day_or_404(day), everywhere=True)
    part = next((each for each in one.parts if each.seq == seq), None)
    if part is None or not _mine(request, part):
        raise Http404
    return part


@require_http_methods(["GET", "POST"])
def part_choose(request: AuthedRequest, class_id: int, day: str, seq: int) -> HttpResponse:
    """Put another resource or a link in the place of a stand-in, before it begins."""
    part = _part(request, class_id, day, seq)
    form = ChooseForm(
        request.POST or None, resources=_resources(request, part.school_class, part),
        initial={"task": part.stand_in.task},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            choosing.choose(part, form.wanted(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("continuity:class-day", class_id, day)
    context = {
        "form": form, "part": part, "school_class": part.school_class, "day": part.day,
        "choices": choosing.history(part),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "continuity/choose.html", context, status=status)


def _resources(
    request: AuthedRequest, school_class: SchoolClass, part: Part
) -> "QuerySet[Resource]":
    """Published resources of the subject and grade; of the subject where there is none."""
    rows = library.resources(request.actor, library.Perm.RESOURCE_READ).filter(state="published")
    subject = part.stand_in.subject_id
    near = library_queries.search(rows, subject=subject, grade=school_class.grade_code)
    found = near if near.exists() else library_queries.search(rows, subject=subject)
    return found.order_by("title", "pk")


@require_POST
def part_withdraw(request: AuthedRequest, class_id: int, day: str, seq: int) -> HttpResponse:
    """Undo the last choice."""
    part = _part(request, class_id, day, seq)
    act = partial(choosing.withdraw, part, by=request.actor, at=timezone.now())
    attempt(request, act, "已恢复原来的安排。")
    return redirect("continuity:class-day", class_id, day)


@require_POST
def reply(request: AuthedRequest, study_id: int) -> HttpResponse:
    """Answer a pupil's question."""
    study = policy.study_or_404(request.actor, study_id, Perm.STUDY_REPLY)
    text = request.POST.get("text", "")
    act = partial(studying.reply, study, text, by=request.actor, at=timezone.now())
    attempt(request, act, "已答复。")
    stand_in = study.stand_in
    return redirect("continuity:class-day", stand_in.school_class_id, stand_in.day.isoformat())
