"""Pages of the system administrator: settings, audit log, jobs."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core import audit, jobs, profile
from tongke.core.web import page_of, page_of_keys
from tongke.foundation.people.web import AuthedRequest
from tongke.gateway.portal import policy, queries
from tongke.gateway.portal.policy import Perm


@require_GET
def settings_page(request: AuthedRequest) -> HttpResponse:
    """Every setting of the region: value, unit, default, source row, and where it came from."""
    policy.allow_or_404(request.actor, Perm.SETTINGS_READ)
    words, changed = request.GET.get("q", "").strip(), bool(request.GET.get("changed"))
    tables = queries.settings_tables(words, only_changed=changed)
    context = {"tables": tables, "words": words, "changed": changed, "region": profile.running()}
    return render(request, "portal/settings.html", context)


@require_GET
def audit_log(request: AuthedRequest) -> HttpResponse:
    """The audit log with its filters."""
    rows = policy.audit_entries(request.actor, Perm.AUDIT_READ)
    rows = queries.audit_search(rows, request.GET.get("q", ""), request.GET.get("action", ""))
    page = page_of_keys(
        request, rows, lambda keys: rows.filter(pk__in=keys), count=rows.count()
    )  # fmt: skip
    context = {"page": page, "q": request.GET.get("q", ""),
               "action": request.GET.get("action", "")}  # fmt: skip
    return render(request, "portal/audit.html", context)


@require_POST
def audit_verify(request: AuthedRequest) -> HttpResponse:
    """Walk the chain and say what was found."""
    policy.allow_or_404(request.actor, Perm.AUDIT_READ)
    count, breaks = audit.verify()
    if breaks:
        places = "；".join(f"第 {each.seq} 条：{each.reason}" for each in breaks[:5])
        notices.error(request, f"共 {count} 条，发现 {len(breaks)} 处断裂：{places}")
    else:
        notices.success(request, f"共 {count} 条，首尾相接，没有发现改动。")
    return redirect("portal:audit")


@require_GET
def job_list(request: AuthedRequest) -> HttpResponse:
    """Jobs by state; the dead letters first."""
    rows = policy.jobs(request.actor, Perm.JOB_READ)
    state = request.GET.get("state", "")
    counts = queries.job_counts(rows)
    if state:
        rows = rows.filter(state=state)
    context = {"page": page_of(request, rows.order_by("-created_at")), "counts": counts,
               "state": state}  # fmt: skip
    return render(request, "portal/jobs.html", context)


@require_POST
def job_retry(request: AuthedRequest, job_id: int) -> HttpResponse:
    """Give one dead letter another set of tries."""
    job = get_object_or_404(policy.jobs(request.actor, Perm.JOB_RETRY), pk=job_id)
    if jobs.retry_dead(job, at=timezone.now()):
        audit.record("core.job.retried", job, actor=request.actor, at=timezone.now())
        notices.success(request, "已重新排队。")
    else:
        notices.error(request, "这个任务已经不在失败状态。")
    return redirect("portal:jobs")
