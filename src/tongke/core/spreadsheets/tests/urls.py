"""Addresses for the tests of pages: one import at two places, and the sign-in."""

from django.urls import include, path

from tongke.core.navigation import Shell
from tongke.core.spreadsheets.tests.schedule import ScheduleImporter
from tongke.core.spreadsheets.views import import_views


def importer(actor, school=None):
    return ScheduleImporter()


def allowed(actor, school=None):
    return actor.role == "timetabler" and school != 404


def shell(request):
    """A page shell without navigation, in the place of the gateway's."""
    return {"shell": Shell(product="同课")}


plain = import_views("test.schedule", importer, allowed, title="日程")
scoped = import_views("test.school", importer, allowed, title="本校日程")
urlpatterns = [
    path("import/", include((plain, "t"))),
    path("school/<int:school>/import/", include((scoped, "s"))),
    path("accounts/", include("allauth.urls")),
]
