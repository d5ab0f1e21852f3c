"""Where roster imports begin: which list, and whether it is complete."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongke.foundation.people import policy
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.policy import Perm
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.roster.importers import RosterImporter
from tongke.foundation.people.web import AuthedRequest, for_roles

IMPORTING = (Role.SYSADMIN, Role.OFFICER, Role.HEAD, Role.TIMETABLER)
MODES = {"some": False, "whole": True}


@dataclass(frozen=True)
class RosterKind:
    """One list that can be imported."""

    code: str
    title: str
    icon: str
    text: str
    complete: str = ""


KINDS = (
    RosterKind("organisations", "学校机构", "building-community", "学校、教学点和科室。"),
    RosterKind(
        "staff", "教职工", "users", "姓名、工号、角色、任教学科和任教资格。",
        "名单是完整名单：名单里没有的任职会结束",
    ),
    RosterKind("classes", "班级", "users-group", "年级、班号和班主任。"),
    RosterKind(
        "pupils", "学生及监护人", "mood-smile", "学生、座号，每人最多两位监护人。",
        "名单是完整名单：名单里没有的学生会离班",
    ),
)  # fmt: skip


def may_import(actor: Actor, mode: str = "some") -> bool:
    """Whether an actor may import rosters at all; which rows is planned within their scope."""
    return mode in MODES and policy.organisations(actor, Perm.ROSTER_IMPORT).exists()


def importer_of(kind: str) -> "ImporterFactory":
    """The factory of one list's importer, as core's pages call it."""
    return ImporterFactory(kind)


@dataclass(frozen=True)
class ImporterFactory:
    """Makes the importer for an actor and the mode of the address."""

    kind: str

    def __call__(self, actor: Actor, mode: str = "some") -> RosterImporter:
        """Complete or not, as the address says."""
        return RosterImporter(self.kind, whole=MODES[mode])


@require_GET
@for_roles(*IMPORTING)
def import_home(request: AuthedRequest) -> HttpResponse:
    """The four lists in the order in which they are imported."""
    # A package is about a region, not about one school.
    whole_region = request.actor.role in {Role.SYSADMIN, Role.OFFICER}
    context = {"kinds": KINDS, "can_package": whole_region}
    return render(request, "people/import_home.html", context)


@require_GET
@for_roles(*IMPORTING)
def import_start(request: AuthedRequest) -> HttpResponse:
    """On to the upload page of the chosen list."""
    kind = next((one for one in KINDS if one.code == request.GET.get("list")), None)
    if kind is None:
        raise Http404
    name = f"people:people-{kind.code}-import"
    if not kind.complete:
        return redirect(name)
    whole = "whole" if request.GET.get("whole") else "some"
    return redirect(reverse(name, kwargs={"mode": whole}))
