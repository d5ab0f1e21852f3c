"""Addresses of absences, day changes and suspended days; of held lessons and deliverers."""

from django.urls import URLPattern, path

from tongke.teaching.timetable.views import changes, changes_days, gaps_more

urlpatterns: list[URLPattern] = [
    path("absences/", changes.absence_list, name="absence-list"),
    path("absences/export/", changes.absence_export, name="absence-export"),
    path("absences/new/", changes.absence_create, name="absence-create"),
    path("absences/<int:pk>/", changes.absence_detail, name="absence-detail"),
    path("absences/<int:pk>/arrange/", changes.absence_arrange, name="absence-arrange"),
    path("absences/<int:pk>/decide/", changes.absence_decide, name="absence-decide"),
    path("absences/<int:pk>/cancel/", changes.absence_cancel, name="absence-cancel"),
    path("changes/", changes_days.change_list, name="change-list"),
    path("changes/export/", changes_days.change_export, name="change-export"),
    path("changes/mine/", changes_days.change_mine, name="change-mine"),
    path("changes/board/", changes_days.board_mine, name="change-board-mine"),
    path("changes/board/<int:pk>/", changes_days.board, name="change-board"),
    path("changes/<int:pk>/accept/", changes_days.change_accept, name="change-accept"),
    path("changes/<int:pk>/refuse/", changes_days.change_refuse, name="change-refuse"),
    path("changes/<int:pk>/undo/", changes_days.change_undo, name="change-undo"),
    path("suspensions/", changes_days.suspension_list, name="suspension-list"),
    path("suspensions/export/", changes_days.suspension_export, name="suspension-export"),
    path("suspensions/new/", changes_days.suspension_create, name="suspension-create"),
    path("suspensions/<int:pk>/undo/", changes_days.suspension_undo, name="suspension-undo"),
    path("gaps/held/", gaps_more.gap_held, name="gap-held"),
    path("gaps/held/export/", gaps_more.gap_held_export, name="gap-held-export"),
    path("gaps/classes/<int:pk>/<str:subject>/", gaps_more.gap_deliverers, name="gap-deliverers"),
    path(
        "gaps/classes/<int:pk>/<str:subject>/export/",
        gaps_more.gap_deliverers_export,
        name="gap-deliverers-export",
    ),
    path("gaps/classes/<int:pk>/<str:subject>/ask/", gaps_more.gap_ask, name="gap-ask"),
]
