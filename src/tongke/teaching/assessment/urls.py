"""Addresses of the item bank."""

from django.urls import include, path

from tongke.core.spreadsheets.views import import_views
from tongke.foundation.people.actors import Actor
from tongke.teaching.assessment import policy, views
from tongke.teaching.assessment.imports import ItemImporter


def _importer(actor: Actor) -> ItemImporter:
    return ItemImporter()


app_name = "assessment"
urlpatterns = [
    path("", views.item_list, name="item-list"),
    path("export/", views.item_export, name="item-export"),
    path("new/", views.item_new, name="item-new"),
    path("<int:item_id>/", views.item_detail, name="item-detail"),
    path("<int:item_id>/edit/", views.item_edit, name="item-edit"),
    path("<int:item_id>/retire/", views.item_retire, name="item-retire"),
    path("import/", include(import_views("assessment.item", _importer, policy.may_write))),
]
