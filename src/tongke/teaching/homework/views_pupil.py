"""Pages of pupils and guardians: own list, take, hand in, see the result."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.web import page_of
from tongke.foundation.people.roles import Role
from tongke.foundation.people.web import AuthedRequest, for_roles
from tongke.teaching.homework import policy, queries
from tongke.teaching.homework.models import Homework, Submission
from tongke.teaching.homework.policy import Perm
from tongke.teaching.homework.profile import HomeworkProfile
from tongke.teaching.homework.services import submissions


@require_GET
@for_roles(Role.PUPIL)
def my_homework(request: AuthedRequest) -> HttpResponse:
    """What is to do, with the minutes of all together; then what is done."""
    return _list(request)


@require_GET
@for_roles(Role.GUARDIAN)
def child_homework(request: AuthedRequest) -> HttpResponse:
    """The same for each child of a guardian, to look at."""
    return _list(request)


def _list(request: AuthedRequest) -> HttpResponse:
    todo = queries.todo(request.actor, timezone.now())
    done = policy.marked(request.actor).select_related("homework__lesson__course__subject", "pupil")
    context = {
        "todo": todo,
        "minutes": sum(one.homework.minutes for one in todo),
        "page": page_of(request, done.order_by("-submitted_at", "-pk")),
        "guardian": request.actor.role is Role.GUARDIAN,
        "paper": current(HomeworkProfile).paper_always,
    }
    return render(request, "homework/mine.html", context)


@require_GET
def homework_open(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """One address for everybody: pupils take it, families see the result, teachers manage it."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_READ)
    match request.actor.role:
        case Role.PUPIL:
            return redirect("homework:homework-take", homework.pk)
        case Role.GUARDIAN:
            one = policy.marked(request.actor).filter(homework=homework).first()
            if one is not None:
                return redirect("homework:submission-detail", one.pk)
            return redirect("homework:child-homework")
        case _:
            return redirect("homework:homework-detail", homework.pk)


@require_GET
def homework_take(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """The pupil's page: the questions, or the result once handed in."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_TAKE)
    submission = _mine(request, homework)
    if submission is not None and submission.state != Submission.State.DOING:
        return _result(request, homework, submission)
    saved = queries.responses_of(submission) if submission else {}
    now, profile = timezone.now(), current(HomeworkProfile)
    rows = [
        (each, saved[each.seq].answer if each.seq in saved else [])
        for each in queries.items_of(homework)
    ]
    context = {
        "homework": homework, "rows": rows, "taken": submissions.is_taken(homework, now),
        "late": now > homework.due_at, "rest": profile.rest_minutes, "paper": profile.paper_always,
    }  # fmt: skip
    return render(request, "homework/take.html", context)


def _mine(request: AuthedRequest, homework: Homework) -> Submission | None:
    mine = policy.submissions(request.actor, Perm.SUBMISSION_READ)
    return mine.filter(homework=homework).select_related("homework").first()


def _result(request: AuthedRequest, homework: Homework, submission: Submission) -> HttpResponse:
    saved = queries.responses_of(submission)
    context = {
        "homework": homework,
        "submission": submission,
        "rows": [(each, saved.get(each.seq)) for each in queries.items_of(homework)],
        "answers_shown": queries.answers_shown(submission, timezone.now()),
    }
    return render(request, "homework/result.html", context)


@require_POST
def homework_save(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """Keep answers while the pupil works; answers with a small line that says so."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_TAKE)
    now = timezone.now()
    try:
        submission = submissions.begin(homework, request.actor.person, at=now)
        answers = submissions.read_form(request.POST, request.POST.getlist)
        submissions.save_answers(submission, answers, at=now)
    except Refused as refusal:
        return render(request, "homework/saved.html", {"refusal": refusal}, status=409)
    return render(request, "homework/saved.html", {"at": timezone.localtime(now)})


@require_POST
def homework_hand_in(request: AuthedRequest, homework_id: int) -> HttpResponse:
    """Hand in once; a repeat shows the same result."""
    homework = policy.homework_or_404(request.actor, homework_id, Perm.HOMEWORK_TAKE)
    now = timezone.now()
    try:
        submission = submissions.begin(homework, request.actor.person, at=now)
        answers = submissions.read_form(request.POST, request.POST.getlist)
        submissions.hand_in(submission, answers, at=now, by=request.actor)
    except Refused as refusal:
        notices.error(request, str(refusal))
    return redirect("homework:homework-take", homework.pk)
