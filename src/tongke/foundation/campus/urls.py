"""Addresses of campus."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.foundation.campus import views

app_name = "campus"
urlpatterns: list[URLPattern | URLResolver] = [
    path("rooms/", views.room_list, name="room-list"),
    path("rooms/export/", views.room_export, name="room-export"),
    path("rooms/overview/", views.room_overview, name="room-overview"),
    path("rooms/add/", views.room_add, name="room-add"),
    path("rooms/<int:pk>/", views.room_detail, name="room-detail"),
    path("rooms/<int:pk>/edit/", views.room_edit, name="room-edit"),
    path("rooms/<int:pk>/retire/", views.room_retire, name="room-retire"),
    path(
        "rooms/import/",
        include(import_views("campus.rooms", views.importer_of, views.may_import, title="教室")),
    ),
]
