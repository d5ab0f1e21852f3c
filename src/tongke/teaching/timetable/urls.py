"""Addresses of timetable."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.teaching.timetable import urls_changes, urls_plans, urls_rollout
from tongke.teaching.timetable.importing import PlacementImporter, may_import
from tongke.teaching.timetable.views import calendar, courses, gaps, grids, lessons, plans

app_name = "timetable"
_imports = import_views("timetable.placement", PlacementImporter, may_import, title="课表")
_CELL = "classes/<int:pk>/<int:weekday>/<int:seq>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", grids.mine, name="mine"),
    path("terms/", calendar.term_list, name="term-list"),
    path("terms/new/", calendar.term_create, name="term-create"),
    path("terms/<int:pk>/", calendar.term_detail, name="term-detail"),
    path("terms/<int:pk>/edit/", calendar.term_edit, name="term-edit"),
    path("terms/<int:pk>/holidays/<int:holiday>/remove/", calendar.holiday_remove,
         name="holiday-remove"),
    path("bells/", calendar.bell_list, name="bell-list"),
    path("bells/<int:pk>/", calendar.bell_edit, name="bell-edit"),
    path("classes/", grids.class_list, name="class-list"),
    path("classes/<int:pk>/", grids.class_week, name="class-week"),
    path(_CELL, grids.cell_edit, name="cell-edit"),
    path(f"{_CELL}clear/", grids.cell_clear, name="cell-clear"),
    path("teachers/", grids.teacher_list, name="teacher-list"),
    path("teachers/<int:pk>/", grids.teacher_week, name="teacher-week"),
    path("schools/", grids.school_list, name="school-list"),
    path("schools/<int:pk>/", grids.school_day, name="school-day"),
    path("joint/<int:pk>/", grids.joint_week, name="joint-week"),
    path("export/", grids.plan_export, name="plan-export"),
    path("import/", include(_imports)),
    path("gaps/", gaps.gap_list, name="gap-list"),
    path("gaps/export/", gaps.gap_export, name="gap-export"),
    path("gaps/schools/<int:pk>/", gaps.gap_school, name="gap-school"),
    path("gaps/classes/<int:pk>/<str:subject>/demand/", gaps.demand_open, name="demand-open"),
    path("demands/", gaps.demand_list, name="demand-list"),
    path("demands/export/", gaps.demand_export, name="demand-export"),
    path("demands/open-all/", gaps.demand_open_all, name="demand-open-all"),
    path("demands/<int:pk>/close/", gaps.demand_close, name="demand-close"),
    path("courses/", courses.course_list, name="course-list"),
    path("courses/export/", courses.course_export, name="course-export"),
    path("courses/take/", courses.course_take, name="course-take"),
    path("courses/<int:pk>/", courses.course_detail, name="course-detail"),
    path("courses/<int:pk>/staff/", courses.course_staff, name="course-staff"),
    path("courses/<int:pk>/withdraw/", courses.course_withdraw, name="course-withdraw"),
    path("listeners/<int:pk>/", courses.listener_staff, name="listener-staff"),
    path("listeners/<int:pk>/drop/", courses.listener_drop, name="listener-drop"),
    path("plans/", plans.plan_list, name="plan-list"),
    path("plans/start/", plans.plan_start, name="plan-start"),
    path("plans/<int:pk>/", plans.plan_detail, name="plan-detail"),
    path("plans/<int:pk>/move/", plans.plan_move, name="plan-move"),
    path("plans/<int:pk>/accept/", plans.plan_accept, name="plan-accept"),
    path("plans/<int:pk>/discard/", plans.plan_discard, name="plan-discard"),
    path("lessons/", lessons.lesson_list, name="lesson-list"),
    path("lessons/export/", lessons.lesson_export, name="lesson-export"),
    path("lessons/<int:pk>/", lessons.lesson_detail, name="lesson-detail"),
    path("lessons/<int:pk>/topic/", lessons.lesson_topic, name="lesson-topic"),
    path("lessons/<int:pk>/miss/", lessons.lesson_miss, name="lesson-miss"),
    path("lessons/<int:pk>/reverse/", lessons.lesson_reverse, name="lesson-reverse"),
    path("lessons/<int:pk>/confirm/", lessons.lesson_confirm, name="lesson-confirm"),
    *urls_plans.urlpatterns,
    *urls_changes.urlpatterns,
    *urls_rollout.urlpatterns,
]  # fmt: skip
