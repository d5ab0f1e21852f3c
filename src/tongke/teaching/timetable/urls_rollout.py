"""Addresses of the roll-out of new courses."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.teaching.timetable.importing_rollout import RolloutImporter, may_import
from tongke.teaching.timetable.views import rollout

_imports = import_views("timetable.rollout", RolloutImporter, may_import, title="新课程填报")
_CELL = "rollout/schools/<int:pk>/<str:course>/<str:grade>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("rollout/", rollout.rollout_list, name="rollout-list"),
    path("rollout/export/", rollout.rollout_export, name="rollout-export"),
    path("rollout/remind/", rollout.rollout_remind, name="rollout-remind"),
    path("rollout/import/", include(_imports)),
    path("rollout/schools/<int:pk>/", rollout.rollout_school, name="rollout-school"),
    path(_CELL, rollout.rollout_report, name="rollout-report"),
    path(f"{_CELL}evidence/", rollout.rollout_evidence, name="rollout-evidence"),
]
