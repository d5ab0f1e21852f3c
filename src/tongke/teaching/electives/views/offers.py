"""Offers: a teacher writes them, the head decides, everybody of the region reads the menu."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.errors import Refused
from tongke.core.web import excel_response, page_of
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.electives import policy, sheets
from tongke.teaching.electives.forms import OfferForm
from tongke.teaching.electives.models import Offer
from tongke.teaching.electives.policy import Perm
from tongke.teaching.electives.queries import offers as queries
from tongke.teaching.electives.services import offers as services
from tongke.teaching.electives.views.shared import acted, asked, form_page, reasoned, term_of


@require_GET
def offer_list(request: AuthedRequest) -> HttpResponse:
    """The school's offers and the region's menu, with filters and sorting."""
    actor = request.actor
    policy.require(actor, Perm.OFFER_READ)
    rows = queries.search(policy.offers(actor, Perm.OFFER_READ), asked(request))
    context = {
        "page": page_of(request, rows, per=30), "states": Offer.State.choices,
        "kinds": Offer.Kind.choices, "forms": Offer.Form.choices,
        "may_write": policy.may(actor, Perm.OFFER_WRITE), "school": actor.organisation,
        "waiting": policy.offers(actor, Perm.OFFER_DECIDE).filter(state="submitted").count(),
    }  # fmt: skip
    return render(request, "electives/offer_list.html", context)


@require_GET
def offer_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook."""
    policy.require(request.actor, Perm.OFFER_READ)
    rows = queries.search(policy.offers(request.actor, Perm.OFFER_READ), asked(request))
    return excel_response(sheets.offers_book(rows), "选课课程")


@require_http_methods(["GET", "POST"])
def offer_create(request: AuthedRequest) -> HttpResponse:
    """Write a new offer."""
    actor = request.actor
    policy.require(actor, Perm.OFFER_WRITE)
    term = term_of(request)
    if term is None:
        messages.error(request, "还没有学期，不能开课。请教务员先建立学期。")
        return redirect("electives:offer-list")
    form = OfferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draft_offer(
                term, actor.organisation, actor.person, form.text(), by=actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "草稿已保存，请添加教学班。")
            return redirect("electives:offer-detail", made.pk)
    back = reverse("electives:offer-list")
    return form_page(request, form, title="开一门选课课程", back=back)


@require_http_methods(["GET", "POST"])
def offer_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change an offer that is not submitted."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_EDIT)
    form = OfferForm(request.POST if request.method == "POST" else None, offer=offer)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_offer(offer, form.text(), by=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("electives:offer-detail", pk)
    back = reverse("electives:offer-detail", args=[pk])
    return form_page(request, form, title="修改课程", back=back)


@require_GET
def offer_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """An offer with its sections, and what may be done with it."""
    actor = request.actor
    offer = policy.offer_or_404(actor, pk, Perm.OFFER_READ)
    edits = policy.offers(actor, Perm.OFFER_EDIT).filter(pk=pk).exists()
    readable = policy.sections(actor, Perm.SECTION_READ).filter(offer=offer)
    context = {
        "offer": offer, "lines": queries.section_lines(offer),
        "edits": edits and offer.state in {"draft", "returned"},
        "stops": edits and offer.state not in {"draft", "withdrawn"},
        "decides": offer.state == "submitted"
        and policy.offers(actor, Perm.OFFER_DECIDE).filter(pk=pk).exists(),
        "readable": set(readable.values_list("pk", flat=True)),
        "steps": ["写课程", "校长审核", "进入菜单"],
        "step": {"draft": 1, "returned": 1, "submitted": 2}.get(offer.state, 3),
    }  # fmt: skip
    return render(request, "electives/offer_detail.html", context)


@require_POST
def offer_submit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Hand an offer to the head."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_EDIT)
    return acted(
        request,
        partial(services.submit_offer, offer),
        "已提交，等校长审核。",
        "electives:offer-detail",
        pk,
    )


@require_POST
def offer_publish(request: AuthedRequest, pk: int) -> HttpResponse:
    """The head lets an offer onto the menu."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_DECIDE)
    return acted(
        request,
        partial(services.publish_offer, offer),
        "已发布，各校教务员可以选进轮次。",
        "electives:offer-detail",
        pk,
    )


@require_http_methods(["GET", "POST"])
def offer_return(request: AuthedRequest, pk: int) -> HttpResponse:
    """The head sends an offer back, with a reason."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_DECIDE)
    return reasoned(
        request,
        partial(services.return_offer, offer),
        title="退回课程", hint=f"“{offer.title}”会退回给{offer.teacher.name}修改。",
        back=reverse("electives:offer-detail", args=[pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def offer_withdraw(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take an offer off the menu, with a reason."""
    offer = policy.offer_or_404(request.actor, pk, Perm.OFFER_EDIT)
    return reasoned(
        request,
        partial(services.withdraw_offer, offer),
        title="停开课程", hint=f"“{offer.title}”不再进入新的轮次，已经开课的教学班照常上完。",
        back=reverse("electives:offer-detail", args=[pk]),
    )  # fmt: skip
