"""Pages of rooms: list, overview by school, one room, add, change, retire."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.core.spreadsheets import export_xlsx
from tongke.core.web import excel_response, page_of
from tongke.foundation.campus import policy, queries, services
from tongke.foundation.campus.forms import NewRoomForm, RoomForm
from tongke.foundation.campus.policy import Perm
from tongke.foundation.campus.profile import CampusProfile
from tongke.foundation.campus.roster import SHEET, RoomImporter, room_rows
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import BUREAU_STAFF, STAFF, Role
from tongke.foundation.people.web import AuthedRequest, for_roles, number_in, words_in

KEEPERS = (Role.TIMETABLER, Role.HEAD, Role.OFFICER, Role.SYSADMIN)


def _filter(request: HttpRequest) -> queries.RoomFilter:
    return queries.RoomFilter(
        words=words_in(request), school=number_in(request, "school"),
        kind=request.GET.get("kind", ""), use=request.GET.get("use", ""),
    )  # fmt: skip


@require_GET
@for_roles(*STAFF)
def room_list(request: AuthedRequest) -> HttpResponse:
    """Rooms of the schools that the actor may see."""
    actor = request.actor
    rows = _filter(request).apply(policy.rooms(actor, Perm.ROOM_READ)).select_related("school")
    page = page_of(request, rows)
    for room in page.object_list:
        room.slow = queries.is_slow(room)
    schools = policy.schools(actor, Perm.ROOM_READ)
    context = {
        "page": page,
        "schools": list(schools.values_list("pk", "short_name")),
        "kinds": queries.KINDS,
        "uses": queries.USES,
        "can_edit": actor.role in KEEPERS,
        "can_overview": actor.role in BUREAU_STAFF,
    }
    return render(request, "campus/room_list.html", context)


@require_GET
@for_roles(*STAFF)
def room_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook that can be imported again."""
    rows = _filter(request).apply(policy.rooms(request.actor, Perm.ROOM_READ))
    body = export_xlsx(SHEET, room_rows(rows.select_related("school")))
    record("campus.room.exported", None, actor=request.actor, at=timezone.now())
    return excel_response(body, "教室")


@require_GET
@for_roles(*BUREAU_STAFF, Role.HEAD, Role.TIMETABLER)
def room_overview(request: AuthedRequest) -> HttpResponse:
    """For the bureau: what each school's rooms can do, and whose line is too slow."""
    actor = request.actor
    lines = queries.by_school(
        policy.schools(actor, Perm.ROOM_READ), policy.rooms(actor, Perm.ROOM_READ)
    )
    wanted = request.GET.get("show", "")
    shown = [line for line in lines if not wanted or line.state == wanted]
    context = {
        "page": page_of(request, shown),
        "profile": current(CampusProfile),
        "schools": len(lines),
        "deliver": sum(line.deliver > 0 for line in lines),
        "listen": sum(line.listen > 0 for line in lines),
        "slow": sum(line.slow > 0 for line in lines),
        "without": sum(line.state == "danger" for line in lines),
        "shows": [("ok", "正常"), ("warn", "带宽不足"), ("danger", "没有设备")],
    }
    return render(request, "campus/room_overview.html", context)


@require_GET
@for_roles(*STAFF)
def room_detail(request: AuthedRequest, pk: int) -> HttpResponse:
    """One room: what it can do, and whether its line is fast enough."""
    room = policy.room_or_404(request.actor, pk, Perm.ROOM_READ)
    profile = current(CampusProfile)
    held = {"deliver": room.can_deliver, "listen": room.can_listen}
    context = {
        "room": room,
        "slow": queries.is_slow(room),
        "profile": profile,
        "capabilities": [one for one in profile.capabilities if held.get(one.code)],
        "can_edit": policy.rooms(request.actor, Perm.ROOM_EDIT).filter(pk=pk).exists(),
        "hours": queries.line_hours([room.pk], at=timezone.now()),
    }
    return render(request, "campus/room_detail.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def room_add(request: AuthedRequest) -> HttpResponse:
    """Add a room."""
    form = NewRoomForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.NewRoom(**form.cleaned_data)
            room = services.add_room(new, by=request.actor, at=timezone.now())
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"已添加“{room.name}”。")
            return redirect("campus:room-detail", room.pk)
    context = {"form": form, "room": None}
    return render(request, "campus/room_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def room_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    """Change a room."""
    room = policy.room_or_404(request.actor, pk, Perm.ROOM_EDIT)
    initial = {key: getattr(room, key) for key in RoomForm.base_fields}
    form = RoomForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_room(room, form.cleaned_data, by=request.actor, at=timezone.now())
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, "已保存。")
            return redirect("campus:room-detail", pk)
    context = {"form": form, "room": room}
    return render(request, "campus/room_form.html", context, status=422 if form.errors else 200)


@require_POST
def room_retire(request: AuthedRequest, pk: int) -> HttpResponse:
    """Take a room out of use, or use it again."""
    room = policy.room_or_404(request.actor, pk, Perm.ROOM_EDIT)
    at = timezone.now()
    try:
        if request.POST.get("use") == "again":
            services.restore_room(room, by=request.actor, at=at)
            said = "已恢复使用。"
        else:
            services.retire_room(room, request.actor.today, by=request.actor, at=at)
            said = "已停用，以前的记录会保留。"
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("campus:room-detail", pk)


def may_import(actor: Actor) -> bool:
    """Whether an actor may import rooms; which ones is planned within their scope."""
    return actor.role in KEEPERS


def importer_of(actor: Actor) -> RoomImporter:
    """The importer, as core's pages call it."""
    return RoomImporter()
