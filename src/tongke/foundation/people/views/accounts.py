"""Pages of accounts: list, new initial password, disable, enable, clear a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.web import page_of
from tongke.foundation.people import exports, policy
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.queries import accounts as queries
from tongke.foundation.people.queries import organisations as organisation_queries
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import accounts as services
from tongke.foundation.people.services.factors import clear_factor
from tongke.foundation.people.web import AuthedRequest, for_roles, number_in, words_in

# Each row carries two or three forms.
_PER_PAGE = 25


@require_GET
@for_roles(Role.SYSADMIN, Role.HEAD, Role.TIMETABLER)
def account_list(request: AuthedRequest) -> HttpResponse:
    """The accounts that the actor looks after."""
    actor = request.actor
    chosen = queries.AccountFilter(
        words=words_in(request), role=request.GET.get("role", ""),
        school=number_in(request, "school"), state=request.GET.get("state", ""),
    )  # fmt: skip
    rows = chosen.apply(policy.accounts(actor, Perm.ACCOUNT_EDIT), actor.today)
    schools = policy.organisations(actor, Perm.ORGANISATION_READ)
    page = page_of(request, queries.with_people(rows, actor.today).order_by("login"), per=_PER_PAGE)
    clears = actor.role == Role.SYSADMIN
    context = {
        "page": page,
        "roles": [(role.value, exports.role_label(role)) for role in Role],
        "schools": organisation_queries.schools(schools),
        "states": queries.STATES,
        "own": actor.account.pk,
        "factors": queries.with_factor(page.object_list) if clears else frozenset(),
    }
    return render(request, "people/account_list.html", context)


@never_cache
@require_POST
def account_reset(request: AuthedRequest, pk: int) -> HttpResponse:
    """A new initial password, shown this once."""
    account = policy.account_or_404(request.actor, pk, Perm.ACCOUNT_EDIT)
    raw = services.reset_password(account, by=request.actor, at=timezone.now())
    context = {
        "account": account,
        "password": raw,
        "has_factor": is_mfa_enabled(account),
    }
    return render(request, "people/account_password.html", context)


def _do(request: AuthedRequest, done: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("people:account-list")


@require_POST
def account_disable(request: AuthedRequest, pk: int) -> HttpResponse:
    """Nobody signs in with it any more."""
    account = policy.account_or_404(request.actor, pk, Perm.ACCOUNT_EDIT)
    by, at = request.actor, timezone.now()
    return _do(
        request, f"账号“{account.login}”已停用。",
        lambda: services.disable_account(account, by=by, at=at),
    )  # fmt: skip


@require_POST
def account_enable(request: AuthedRequest, pk: int) -> HttpResponse:
    """It may sign in again."""
    account = policy.account_or_404(request.actor, pk, Perm.ACCOUNT_EDIT)
    by, at = request.actor, timezone.now()
    return _do(
        request, f"账号“{account.login}”已启用。",
        lambda: services.enable_account(account, by=by, at=at),
    )  # fmt: skip


@require_POST
@for_roles(Role.SYSADMIN)
def account_factor(request: AuthedRequest, pk: int) -> HttpResponse:
    """Clear the second factor of somebody who has lost the phone."""
    account = policy.account_or_404(request.actor, pk, Perm.ACCOUNT_EDIT)
    by, at = request.actor, timezone.now()
    return _do(
        request, "已清除两步验证，下次登录时要重新绑定。",
        lambda: clear_factor(account, by=by, at=at),
    )  # fmt: skip


@require_GET
def no_role(request: AuthedRequest) -> HttpResponse:
    """For an account without a current role: what to do."""
    if request.actor is not None:
        return redirect("/")
    return render(request, "people/no_role.html")
