"""Pages of staff posts: approved posts against teachers, by school and subject."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tongke.core.audit import record
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.people import exports, policy
from tongke.foundation.people.forms import PostForm
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import organisations as organisation_queries
from tongke.foundation.people.queries import staffing as queries
from tongke.foundation.people.services import posts as services
from tongke.foundation.people.web import AuthedRequest, number_in


def _lines(request: AuthedRequest) -> tuple[QuerySet[Organisation], int, list[queries.PostLine]]:
    schools = policy.organisations(request.actor, Perm.POST_READ).filter(closed_on=None)
    if not schools.exists():
        raise Http404
    chosen = schools
    wanted = number_in(request, "school")
    if wanted is not None:
        chosen = schools.filter(pk=wanted)
    year = queries.newest_year(policy.posts(request.actor, Perm.POST_READ))
    year = year or request.actor.today.year
    only = request.GET.get("show") == "missing"
    return schools, year, queries.post_lines(chosen, year, request.actor.today, only_missing=only)


@require_GET
def post_list(request: AuthedRequest) -> HttpResponse:
    """Approved posts and teachers there, by school and subject."""
    schools, year, lines = _lines(request)
    editable = policy.organisations(request.actor, Perm.POST_EDIT)
    context: dict[str, Any] = {
        "page": page_of(request, lines),
        "year": year,
        "schools": organisation_queries.schools(schools),
        "shows": [("missing", "有缺额")],
        "approved": sum(line.approved for line in lines),
        "present": sum(line.present for line in lines),
        "missing": sum(max(0, line.missing) for line in lines),
        "can_edit": editable.exists(),
    }
    return render(request, "people/post_list.html", context)


@require_GET
def post_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, with the same filter."""
    _, year, lines = _lines(request)
    meta = {"年度": str(year)}
    body = export_xlsx(exports.POSTS, exports.post_rows(lines), meta=meta)
    record("people.post.exported", None, actor=request.actor, at=timezone.now())
    return excel_response(body, "岗位与在岗教师")


@require_http_methods(["GET", "POST"])
def post_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Set the approved posts of one school, subject by subject."""
    actor = request.actor
    school = policy.organisation_or_404(actor, pk, Perm.POST_EDIT)
    year = queries.newest_year(policy.posts(actor, Perm.POST_READ)) or actor.today.year
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = {form.cleaned_data["subject_code"]: form.cleaned_data["approved"]}
        services.set_posts(school, year, wanted, by=actor, at=timezone.now())
        messages.success(request, "已保存。")
        return redirect("people:post-edit", pk)
    lines = queries.post_lines(
        policy.organisations(actor, Perm.POST_EDIT).filter(pk=pk), year, actor.today
    )
    context = {"school": school, "year": year, "lines": lines, "form": form}
    return render(request, "people/post_form.html", context, status=422 if form.errors else 200)
