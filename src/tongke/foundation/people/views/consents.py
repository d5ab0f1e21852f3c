"""Pages of consent: guardians answer for each child; staff see where answers are missing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.web import page_of
from tongke.foundation.people import policy
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import consents as queries
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import consents as services
from tongke.foundation.people.web import AuthedRequest, for_roles

CONSENT_READERS = (Role.TEACHER, Role.HEAD, Role.TIMETABLER, Role.SYSADMIN)


@require_GET
@for_roles(Role.GUARDIAN, Role.PUPIL)
def consent_list(request: AuthedRequest) -> HttpResponse:
    """Everything the actor is asked for, child by child, with former answers."""
    actor = request.actor
    children = queries.questions(policy.people(actor, Perm.CONSENT_ANSWER), actor.today)
    context = {
        "children": children,
        "waiting": sum(one.waiting for each in children for one in each.questions),
    }
    return render(request, "people/consent_list.html", context)


@require_POST
def consent_answer(request: AuthedRequest, child_pk: int, purpose: str) -> HttpResponse:
    """Keep a yes or a no."""
    actor = request.actor
    child = policy.person_or_404(actor, child_pk, Perm.CONSENT_ANSWER)
    given = request.POST.get("answer")
    if given not in {"yes", "no"}:
        messages.error(request, "请选择“同意”或“不同意”。")
        return redirect("people:consent-list")
    try:
        services.answer(
            child, actor.person, purpose, given=given == "yes", by=actor, at=timezone.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        word = "同意" if given == "yes" else "不同意"
        messages.success(request, f"已记录您的选择：{word}。随时可以改。")
    return redirect("people:consent-list")


@require_POST
def consent_withdraw(request: AuthedRequest, child_pk: int, purpose: str) -> HttpResponse:
    """Take a consent back; every holder of copies is told."""
    actor = request.actor
    child = policy.person_or_404(actor, child_pk, Perm.CONSENT_ANSWER)
    try:
        services.withdraw(child, purpose, by=actor, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已撤回。有关的资料会停止使用并清理。")
    return redirect("people:consent-list")


@require_GET
@for_roles(*CONSENT_READERS)
def consent_overview(request: AuthedRequest) -> HttpResponse:
    """For staff: how many pupils of each class are covered, purpose by purpose."""
    actor = request.actor
    page = page_of(request, policy.classes(actor, Perm.CONSENT_READ).select_related("school"))
    shown = policy.classes(actor, Perm.CONSENT_READ).filter(
        pk__in=[each.pk for each in page.object_list]
    )
    context = {
        "page": page,
        "rows": queries.class_overview(shown, actor.today),
        "purposes": queries.purposes(),
    }
    return render(request, "people/consent_overview.html", context)


@require_GET
def consent_class(request: AuthedRequest, pk: int) -> HttpResponse:
    """For staff: the standing answers of one class, pupil by pupil."""
    actor = request.actor
    school_class = policy.class_or_404(actor, pk, Perm.CONSENT_READ)
    rows = queries.class_answers(school_class, actor.today)
    record("record.read", school_class, actor=actor, at=timezone.now(),
           detail={"why": "授权情况", "count": len(rows)})  # fmt: skip
    context = {"school_class": school_class, "rows": rows, "purposes": queries.purposes()}
    return render(request, "people/consent_class.html", context)
