"""Addresses of interop."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.gateway.interop.roster import KIND, importer_of, may_import

app_name = "interop"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "oneroster/",
        include(import_views(KIND, importer_of, may_import, title="教务系统数据包（OneRoster）")),
    ),
]
