"""Addresses of communities."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.engines.communities import policy, views
from tongke.engines.communities.importing import ConsortiaImporter

app_name = "communities"
_imports = import_views(
    "communities.consortium", lambda actor: ConsortiaImporter(), policy.may_import
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.consortium_list, name="consortium-list"),
    path("export/", views.consortium_export, name="consortium-export"),
    path("import/", include(_imports)),
    path("new/", views.consortium_create, name="consortium-create"),
    path("virtual/", views.virtual_detail, name="virtual-detail"),
    path("virtual/create/", views.virtual_create, name="virtual-create"),
    path("virtual/rules/<slug:code>/", views.rule_edit, name="rule-edit"),
    path("<int:pk>/", views.consortium_detail, name="consortium-detail"),
    path("<int:pk>/edit/", views.consortium_edit, name="consortium-edit"),
    path("<int:pk>/end/", views.consortium_end, name="consortium-end"),
    path("<int:pk>/join/", views.member_join, name="member-join"),
    path("memberships/<int:pk>/leave/", views.member_leave, name="member-leave"),
]
