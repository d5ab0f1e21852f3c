"""Addresses of the library."""

from django.urls import path

from tongke.engines.library import views

app_name = "library"
urlpatterns = [
    path("", views.resource_list, name="resource-list"),
    path("new/", views.resource_new, name="resource-new"),
    path("<int:resource_id>/", views.resource_detail, name="resource-detail"),
    path("<int:resource_id>/file/", views.resource_file, name="resource-file"),
    path("<int:resource_id>/edit/", views.resource_edit, name="resource-edit"),
    path("<int:resource_id>/publish/", views.resource_publish, name="resource-publish"),
]
