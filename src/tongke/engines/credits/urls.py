"""Addresses of the ledger."""

from django.urls import path

from tongke.engines.credits import views

app_name = "credits"
urlpatterns = [
    path("", views.entry_list, name="entry-list"),
    path("export/", views.entry_export, name="entry-export"),
]
