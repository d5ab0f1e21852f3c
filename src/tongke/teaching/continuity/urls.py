"""Addresses of continuity."""

from django.urls import URLPattern, URLResolver, path

from tongke.teaching.continuity.views import classes, emergencies, homes, learning, leaves

app_name = "continuity"
_PART = "pupils/<int:pupil_id>/<str:day>/<int:seq>/"
_CELL = "classes/<int:class_id>/<str:day>/<int:seq>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("today/", learning.today, name="today"),
    path(_PART, learning.part, name="part"),
    path(f"{_PART}done/", learning.part_done, name="part-done"),
    path(f"{_PART}practice/", learning.part_practise, name="part-practise"),
    path(f"{_PART}ask/", learning.part_ask, name="part-ask"),
    path("classes/", classes.class_list, name="class-list"),
    path("classes/export/", classes.class_export, name="class-export"),
    path("classes/<int:class_id>/<str:day>/", classes.class_day, name="class-day"),
    path(f"{_CELL}choose/", classes.part_choose, name="part-choose"),
    path(f"{_CELL}withdraw/", classes.part_withdraw, name="part-withdraw"),
    path("questions/<int:study_id>/reply/", classes.reply, name="reply"),
    path("emergencies/", emergencies.emergency_list, name="emergency-list"),
    path("emergencies/export/", emergencies.emergency_export, name="emergency-export"),
    path("emergencies/new/", emergencies.emergency_new, name="emergency-new"),
    path("emergencies/<int:pk>/", emergencies.emergency_detail, name="emergency-detail"),
    path("emergencies/<int:pk>/report/", emergencies.emergency_report, name="emergency-report"),
    path("emergencies/<int:pk>/close/", emergencies.emergency_close, name="emergency-close"),
    path("emergencies/<int:pk>/revoke/", emergencies.emergency_revoke, name="emergency-revoke"),
    path("emergencies/<int:pk>/reopen/", emergencies.emergency_reopen, name="emergency-reopen"),
    path("leaves/", leaves.leave_list, name="leave-list"),
    path("leaves/export/", leaves.leave_export, name="leave-export"),
    path("leaves/new/", leaves.leave_new, name="leave-new"),
    path("leaves/<int:pk>/", leaves.leave_detail, name="leave-detail"),
    path("leaves/<int:pk>/decide/", leaves.leave_decide, name="leave-decide"),
    path("leaves/<int:pk>/cancel/", leaves.leave_cancel, name="leave-cancel"),
    path("leaves/<int:pk>/guide/", leaves.leave_guide, name="leave-guide"),
    path("homes/", homes.home_list, name="home-list"),
    path("homes/export/", homes.home_export, name="home-export"),
    path("homes/new/", homes.home_new, name="home-new"),
    path("homes/<int:pk>/", homes.home_detail, name="home-detail"),
    path("homes/<int:pk>/edit/", homes.home_edit, name="home-edit"),
    path("homes/<int:pk>/visits/add/", homes.visit_add, name="visit-add"),
    path("homes/<int:pk>/visits/<int:visit_id>/", homes.visit_log, name="visit-log"),
]
