"""Pages of the virtual school and of the registry of consortia."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.engines.communities import policy, queries, services, sheets, web
from tongke.engines.communities.forms import (
    CommunityForm,
    JoinForm,
    NewConsortiumForm,
    RuleForm,
    UntilForm,
)
from tongke.engines.communities.models import Community
from tongke.engines.communities.policy import Perm
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.foundation.people.policy import scope_root
from tongke.foundation.people.web import AuthedRequest


def _searched(request: AuthedRequest) -> list[queries.Line]:
    policy.require(request.actor, Perm.COMMUNITY_READ)
    get, today = request.GET, request.actor.today
    rows = queries.search(
        policy.communities(request.actor, Perm.COMMUNITY_READ),
        get.get("q", "").strip(),
        get.get("pattern", ""),
        get.get("state", "running"),
        today,
    )
    return queries.lines(rows, today)


@require_GET
def consortium_list(request: AuthedRequest) -> HttpResponse:
    """The registry: search, filter, open one."""
    found = _searched(request)
    profile = current(CommunitiesProfile)
    context = {
        "page": page_of(request, found),
        "running": sum(line.running for line in found),
        "points": sum(len(line.listening) for line in found),
        "target": profile.consortium_target,
        "patterns": [(each.code, each.name) for each in profile.patterns],
        "states": [("running", "进行中"), ("ended", "已结束")],
        "state": request.GET.get("state", "running"),
        "may_edit": policy.may(request.actor, Perm.COMMUNITY_EDIT),
    }
    return render(request, "communities/list.html", context)


@require_GET
def consortium_export(request: AuthedRequest) -> HttpResponse:
    """The registry as it is filtered, as a workbook."""
    body = export_xlsx(sheets.consortia_sheet(), sheets.consortia_rows(_searched(request)))
    return excel_response(body, f"教学共同体-{request.actor.today:%Y%m%d}")


@require_http_methods(["GET", "POST"])
def consortium_create(request: AuthedRequest) -> HttpResponse:
    """Found a consortium with its schools."""
    policy.require(request.actor, Perm.COMMUNITY_EDIT)
    schools = policy.schools(request.actor)
    form = NewConsortiumForm(
        request.POST or None, schools=schools, initial={"since": request.actor.today}
    )
    if request.method == "POST" and form.is_valid():
        try:
            community = _found(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:consortium-detail", community.pk)
    context = {"form": form}
    return render(request, "communities/create.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _found(request: AuthedRequest, form: NewConsortiumForm) -> Community:
    given, actor, now = form.cleaned_data, request.actor, timezone.now()
    community = services.create_community(
        kind=queries.CONSORTIUM, name=given["name"], owner=actor.organisation,
        pattern=given["pattern"], purpose=given["purpose"], since=given["since"],
        by=actor, at=now,
    )  # fmt: skip
    sides = [(given["centre"], "centre"), *((each, "listening") for each in given["listening"])]
    for school, side in sides:
        services.join(community, school, side=side, since=given["since"], by=actor, at=now)
    return community


@require_GET
def consortium_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One consortium: its schools, its history, and what other packages know of it."""
    community = policy.community_or_404(request.actor, pk, Perm.COMMUNITY_READ)
    if community.kind == queries.VIRTUAL:
        return redirect("communities:virtual-detail")
    context = {
        "community": community,
        "line": queries.lines([community], request.actor.today)[0],
        "history": list(queries.history(community)),
        "panels": web.panels(request, community),
        "may_edit": policy.communities(request.actor, Perm.COMMUNITY_EDIT)
        .filter(pk=community.pk)
        .exists(),
    }
    return render(request, "communities/detail.html", context)


@require_http_methods(["GET", "POST"])
def consortium_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change name, pattern and purpose."""
    community = policy.community_or_404(request.actor, pk, Perm.COMMUNITY_EDIT)
    initial = {key: getattr(community, key) for key in ("name", "pattern", "purpose")}
    form = CommunityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_community(
                community, **form.cleaned_data, by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:consortium-detail", community.pk)
    context = {"form": form, "community": community, "heading": "修改共同体"}
    return render(request, "communities/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def member_join(request: AuthedRequest, pk: int) -> HttpResponse:
    """Let a school join; a second centre takes the lead over from the first."""
    community = policy.community_or_404(request.actor, pk, Perm.COMMUNITY_EDIT)
    form = JoinForm(
        request.POST or None,
        schools=policy.schools(request.actor),
        initial={"since": request.actor.today, "side": "listening"},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["side"] == "centre":
                services.change_centre(
                    community, given["organisation"], since=given["since"],
                    by=request.actor, at=timezone.now(),
                )  # fmt: skip
            else:
                services.join(community, **given, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:consortium-detail", community.pk)
    context = {"form": form, "community": community, "heading": "加入成员"}
    return render(request, "communities/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def member_leave(request: AuthedRequest, pk: int) -> HttpResponse:
    """End a school's membership on a day."""
    membership = policy.membership_or_404(request.actor, pk, Perm.COMMUNITY_EDIT)
    community = membership.community
    form = UntilForm(request.POST or None, initial={"until": request.actor.today})
    if request.method == "POST" and form.is_valid():
        try:
            services.leave(membership, **form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:consortium-detail", community.pk)
    heading = f"{membership.organisation.name}退出"
    context = {"form": form, "community": community, "heading": heading}
    return render(request, "communities/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def consortium_end(request: AuthedRequest, pk: int) -> HttpResponse:
    """End a consortium and all its memberships on a day."""
    community = policy.community_or_404(request.actor, pk, Perm.COMMUNITY_EDIT)
    form = UntilForm(request.POST or None, initial={"until": request.actor.today})
    if request.method == "POST" and form.is_valid():
        try:
            services.end_community(
                community, **form.cleaned_data, by=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:consortium-detail", community.pk)
    context = {"form": form, "community": community, "heading": "结束共同体"}
    return render(request, "communities/form.html", context, status=422 if form.errors else 200)


@require_GET
def virtual_detail(request: AuthedRequest) -> HttpResponse:
    """The virtual school: its consortia and its unified management."""
    policy.require(request.actor, Perm.COMMUNITY_READ)
    rows = policy.communities(request.actor, Perm.COMMUNITY_READ)
    virtual = queries.virtual_school(rows)
    today = request.actor.today
    found = queries.lines(queries.search(rows, "", "", "running", today), today)
    rules = queries.rule_lines(virtual) if virtual else []
    context = {
        "virtual": virtual,
        "name": current(CommunitiesProfile).virtual_school_name,
        "lines": found,
        "rules": rules,
        "running_rules": sum(bool(r.item and r.item.state == "running") for r in rules),
        "schools": len({each.pk for line in found for each in (line.centre, *line.listening)
                        if each is not None}),
        "listening": sum(len(line.listening) for line in found),
        "target": current(CommunitiesProfile).consortium_target,
        "may_edit": policy.may(request.actor, Perm.RULE_EDIT),
    }  # fmt: skip
    return render(request, "communities/virtual.html", context)


@require_POST
def virtual_create(request: AuthedRequest) -> HttpResponse:
    """Set up the region's virtual school."""
    policy.require(request.actor, Perm.RULE_EDIT)
    try:
        services.create_community(
            kind=queries.VIRTUAL, name=current(CommunitiesProfile).virtual_school_name,
            owner=request.actor.organisation, since=request.actor.today,
            by=request.actor, at=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("communities:virtual-detail")


@require_http_methods(["GET", "POST"])
def rule_edit(request: AuthedRequest, code: str) -> HttpResponse:
    """Write down one item of the unified management."""
    actor = request.actor
    virtual = queries.virtual_school(policy.communities(actor, Perm.RULE_EDIT))
    lines = queries.rule_lines(virtual) if virtual else []
    line = next((each for each in lines if each.code == code), None)
    if virtual is None or line is None:
        raise Http404
    item = line.item
    initial = (
        {"text": item.text, "responsible": item.responsible_id, "state": item.state} if item else {}
    )
    people = queries.responsible_people(scope_root(actor), actor.today)
    form = RuleForm(request.POST or None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_rule_item(
                virtual, code=code, **form.cleaned_data, by=actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("communities:virtual-detail")
    context = {"form": form, "line": line, "name": virtual.name}
    return render(request, "communities/rule.html", context, status=422 if form.errors else 200)
