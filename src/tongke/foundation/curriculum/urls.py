"""Addresses of the curriculum."""

from django.urls import include, path

from tongke.core.spreadsheets.views import import_views
from tongke.foundation.curriculum import policy, views
from tongke.foundation.curriculum.imports import TextbookImporter
from tongke.foundation.people.actors import Actor


def _importer(actor: Actor) -> TextbookImporter:
    return TextbookImporter()


_IMPORT = import_views("curriculum.textbook", _importer, policy.may_import, title="教材目录")

app_name = "curriculum"
urlpatterns = [
    path("", views.textbook_list, name="textbook-list"),
    path("plan/", views.plan, name="plan"),
    path("textbook/<int:textbook_id>/", views.textbook_detail, name="textbook-detail"),
    path("textbook/<int:textbook_id>/export/", views.textbook_export, name="textbook-export"),
    path("unit/<int:unit_id>/", views.unit_detail, name="unit-detail"),
    path("import/", include(_IMPORT)),
]
