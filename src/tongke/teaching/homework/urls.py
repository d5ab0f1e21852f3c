"""Addresses of homework."""

from django.urls import URLPattern, URLResolver

app_name = "homework"
urlpatterns: list[URLPattern | URLResolver] = []
