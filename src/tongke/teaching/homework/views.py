"""Pages of teachers: list, edit, give out, results, overrule."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record_read
from tongke.core.errors import Refused
from tongke.core.spreadsheets import Column, Sheet, export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, for_roles, words_in
from tongke.teaching.assessment import queries as bank
from tongke.teaching.homework import policy, queries
from tongke.teaching.homework.forms import HomeworkForm, OverruleForm
from tongke.teaching.homework.models import Homework, HomeworkItem
from tongke.teaching.homework.policy import Perm
from tongke.teaching.homework.services import assignments, marking, submissions
from tongke.teaching.timetable import policy as timetable

RESULT_SHEET = Sheet(
    code="homework-results",
    title="作业结果",
    columns=(
        Column("学校", "school"), Column("班级", "class"), Column("姓名", "pupil"),
        Column("状态", "state"), Column("得分", "points", kind="decimal"),
        Column("满分", "full", kind="decimal"), Column("提交时间", "at"),
    ),
)  # fmt: skip


@require_GET
@for_roles(*policy.MANAGERS)
def homework_list(request: AuthedRequest) -> HttpResponse:
    """Homework of one's lessons, by state, with search and paging."""
    rows = policy.homework(request.actor, Perm.HOMEWORK_READ)
    state, words = request.GET.get("state", ""), words_in(request)
    if state:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(title__icontains=words)
    context = {
        "page": page_of(request, queries.listed(rows)), "state": state, "words": words,
        "states": Homework.State.choices,
    }  # fmt: skip
    return render(request, "homework/list.html", context)


@require_http_methods(["GET", "POST"])
def homework_new(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Choose items for a lesson and keep a draft."""
    lesson = timetable.lesson_or_404(request.actor, lesson_id, timetable.Perm.LESSON_TEACH)
    choice = bank.for_lesson(lesson)
    title = f"{lesson.title or lesson.course} 课后练习"
    form = HomeworkForm(request.POST or None, bank=choice.items, initial={"title": title[:80]})
    if request.method == "POST" and form.is_valid():
        try:
            made = assignments.draft(lesson, form.plan(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("homework:homework-detail", made.pk)
    context = {"form": form, "lesson": lesson, "choice": choice, "chosen": _chosen(form)}
    return render(request, "homework/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def homework_edit(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """Change a draft."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_EDIT)
    choice = bank.for_lesson(homework.lesson)
    picked = list(homework.items.values_list("item_id", flat=True))
    form = HomeworkForm(
        request.POST or None, bank=choice.items, homework=homework, initial={"items": picked}
    )
    if request.method == "POST" and form.is_valid():
        try:
            assignments.revise(homework, form.plan(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("homework:homework-detail", homework.pk)
    context = {"form": form, "lesson": homework.lesson, "homework": homework, "choice": choice,
               "chosen": _chosen(form)}  # fmt: skip
    return render(request, "homework/edit.html", context, status=422 if form.errors else 200)


def _chosen(form: HomeworkForm) -> set[int]:
    if form.is_bound:
        return {int(pk) for pk in form.data.getlist("items") if pk.isdigit()}  # type: ignore[attr-defined]
    return set(form.initial.get("items", []))


@require_GET
@for_roles(*policy.MANAGERS)
def homework_detail(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """The teacher's page: state, classes, items, each pupil's line."""
    actor, now = request.actor, timezone.now()
    homework = policy.homework_or_404(actor, homework_id, Perm.HOMEWORK_READ)
    classes = policy.classes(actor, homework, Perm.HOMEWORK_READ)
    pupils = _pupils(request, homework)
    if pupils:
        record_read(homework, actor=actor, at=now, why="查看学生作业情况")
    draft = homework.state == Homework.State.DRAFT
    context = {
        "homework": homework,
        "mine": homework.set_by_id == actor.person.pk,
        "loads": queries.loads(homework, now) if draft else [],
        "classes": queries.class_results(homework, classes, actor.today),
        "items": queries.item_results(homework, classes),
        "pupils": pupils,
        "may_enter": policy.classes(actor, homework, Perm.SUBMISSION_ENTER).exists(),
    }
    return render(request, "homework/detail.html", context)


def _pupils(request: AuthedRequest, homework: Homework) -> list[queries.PupilRow]:
    """The lines of single pupils; bureau staff see classes, never single children."""
    named = policy.classes(request.actor, homework, Perm.SUBMISSION_READ)
    return queries.roll(homework, named, request.actor.today)


@require_POST
def homework_give_out(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """Give a draft to its classes."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_EDIT)
    try:
        assignments.give_out(homework, by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已布置，学生和家长会收到消息。")
    return redirect("homework:homework-detail", homework.pk)


@require_POST
def homework_close(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """End a homework before its time."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_EDIT)
    try:
        assignments.close(homework, by=request.actor, at=timezone.now())
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已截止，交上来的仍在。")
    return redirect("homework:homework-detail", homework.pk)


@require_GET
@for_roles(Role.TEACHER, Role.HEAD)
def homework_export(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """The pupils' lines as a workbook. Audited."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_READ)
    lines = [_line(row) for row in _pupils(request, homework)]
    record_read(homework, actor=request.actor, at=timezone.now(), why="导出学生作业情况")
    return excel_response(export_xlsx(RESULT_SHEET, lines, title=homework.title), homework.title)


def _line(row: queries.PupilRow) -> dict[str, object]:
    one = row.submission
    handed = one.submitted_at if one else None
    return {
        "school": row.school_class.school.name, "class": row.school_class.name,
        "pupil": row.pupil.name, "state": one.get_state_display() if one else "未开始",
        "points": one.points if one else None, "full": one.full_points if one else None,
        "at": f"{timezone.localtime(handed):%Y-%m-%d %H:%M}" if handed else "",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def homework_enter(request: AuthedRequest, homework_id: int, pupil_id: int) -> HttpResponse:
    """Put in what a pupil did on paper."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_READ)
    pupil = policy.pupil_or_404(request.actor, homework, pupil_id)
    if request.method == "POST":
        answers = submissions.read_form(request.POST, request.POST.getlist)
        try:
            submissions.enter(homework, pupil, answers, by=request.actor, at=timezone.now())
        except Refused as refusal:
            notices.error(request, str(refusal))
        else:
            notices.success(request, f"已录入 {pupil.name} 的作业并批改。")
        return redirect("homework:homework-detail", homework.pk)
    rows: list[tuple[HomeworkItem, list[str]]] = [(each, []) for each in queries.items_of(homework)]
    return render(
        request, "homework/enter.html", {"homework": homework, "pupil": pupil, "rows": rows}
    )


@require_GET
def submission_detail(request: AuthedRequest, submission_id: int) -> HttpResponse:
    """One pupil's answers with marks and reasons; staff who read it are audited."""
    actor, now = request.actor, timezone.now()
    submission = policy.submission_or_404(actor, submission_id)
    if actor.role is Role.PUPIL:
        return redirect("homework:homework-take", submission.homework_id)
    family = actor.role is Role.GUARDIAN
    if not family:
        record_read(submission.pupil, actor=actor, at=now, why="查看学生作业")
    saved = queries.responses_of(submission)
    context = {
        "submission": submission,
        "rows": [(each, saved.get(each.seq)) for each in queries.items_of(submission.homework)],
        "answers_shown": not family or queries.answers_shown(submission, now),
        "may_overrule": actor.role is Role.TEACHER, "family": family,
    }  # fmt: skip
    return render(request, "homework/submission.html", context)


@require_POST
def response_overrule(request: AuthedRequest, response_id: int) -> HttpResponse:
    """Set the teacher's mark with a reason."""
    response = policy.response_or_404(request.actor, response_id, Perm.RESPONSE_OVERRULE)
    form = OverruleForm(request.POST)
    if not form.is_valid():
        notices.error(request, "请填写得分和理由。")
        return redirect("homework:submission-detail", response.submission_id)
    try:
        marking.overrule(
            response, form.cleaned_data["points"], form.cleaned_data["reason"],
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        notices.error(request, str(refusal))
    else:
        notices.success(request, "已改判，掌握度会随之更新。")
    return redirect("homework:submission-detail", response.submission_id)
