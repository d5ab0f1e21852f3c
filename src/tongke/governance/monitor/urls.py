"""Addresses of the monitor."""

from django.urls import path

from tongke.governance.monitor import views

app_name = "monitor"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("compute/", views.recompute, name="recompute"),
    path("<slug:code>/", views.indicator_detail, name="indicator-detail"),
    path("<slug:code>/rows/", views.indicator_rows, name="indicator-rows"),
]
