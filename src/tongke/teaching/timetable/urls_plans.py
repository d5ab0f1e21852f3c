"""Addresses of whole-school plans."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.teaching.timetable.importing_plans import TaskImporter, may_import_tasks
from tongke.teaching.timetable.views import (
    school_plans,
    school_plans_edit,
    school_plans_out,
    school_plans_rules,
    school_plans_tasks,
)

_imports = import_views("timetable.task", TaskImporter, may_import_tasks, title="教学任务")
_SCHOOL = "schools/<int:pk>"
_PLAN = "school-plans/<int:pk>"
_ENTRY = f"{_PLAN}/lessons/<int:entry>"

TASKS: list[URLPattern | URLResolver] = [
    path(f"{_SCHOOL}/tasks/", school_plans_tasks.task_list, name="task-list"),
    path(f"{_SCHOOL}/tasks/new/", school_plans_tasks.task_create, name="task-create"),
    path(f"{_SCHOOL}/tasks/export/", school_plans_tasks.task_export, name="task-export"),
    path(f"{_SCHOOL}/tasks/remove/", school_plans_tasks.task_remove, name="task-remove"),
    path(f"{_SCHOOL}/tasks/derive/", school_plans_tasks.task_derive, name="task-derive"),
    path(f"{_SCHOOL}/tasks/copy/", school_plans_tasks.task_copy, name="task-copy"),
    path(f"{_SCHOOL}/tasks/import/", include(_imports)),
    path("tasks/<int:pk>/", school_plans_tasks.task_edit, name="task-edit"),
]
RULES: list[URLPattern | URLResolver] = [
    path(f"{_SCHOOL}/rules/", school_plans_rules.plan_rule_list, name="plan-rule-list"),
    path(f"{_SCHOOL}/rules/new/", school_plans_rules.plan_rule_create, name="plan-rule-create"),
    path(f"{_SCHOOL}/rules/<str:key>/set/", school_plans_rules.plan_rule_set,
         name="plan-rule-set"),
    path("plan-rules/<int:pk>/", school_plans_rules.plan_rule_edit, name="plan-rule-edit"),
    path("plan-rules/<int:pk>/remove/", school_plans_rules.plan_rule_remove,
         name="plan-rule-remove"),
    path(f"{_SCHOOL}/teachers/<int:person>/times/", school_plans_rules.teacher_times,
         name="teacher-times"),
]  # fmt: skip
PLANS: list[URLPattern | URLResolver] = [
    path("school-plans/", school_plans.school_plan_home, name="school-plan-home"),
    path(f"{_SCHOOL}/plans/", school_plans.school_plan_list, name="school-plan-list"),
    path(f"{_SCHOOL}/plans/new/", school_plans.school_plan_begin, name="school-plan-begin"),
    path(f"{_PLAN}/", school_plans.school_plan_detail, name="school-plan-detail"),
    path(f"{_PLAN}/progress/", school_plans.school_plan_progress, name="school-plan-progress"),
    path(f"{_PLAN}/compute/", school_plans.school_plan_compute, name="school-plan-compute"),
    path(f"{_PLAN}/stop/", school_plans.school_plan_stop, name="school-plan-stop"),
    path(f"{_PLAN}/explain/", school_plans.school_plan_explain, name="school-plan-explain"),
    path(f"{_PLAN}/relax/", school_plans.school_plan_relax, name="school-plan-relax"),
    path(f"{_PLAN}/copy/", school_plans.school_plan_copy, name="school-plan-copy"),
    path(f"{_PLAN}/retire/", school_plans.school_plan_retire, name="school-plan-retire"),
    path(f"{_PLAN}/issues/", school_plans.school_plan_issues, name="school-plan-issues"),
    path(f"{_PLAN}/issues/export/", school_plans.school_plan_issue_export,
         name="school-plan-issue-export"),
    path(f"{_PLAN}/diff/", school_plans.school_plan_diff, name="school-plan-diff"),
    path(f"{_PLAN}/publish/", school_plans.school_plan_publish, name="school-plan-publish"),
    path(f"{_PLAN}/withdraw/", school_plans.school_plan_withdraw, name="school-plan-withdraw"),
    path(f"{_PLAN}/undo/", school_plans_edit.school_plan_undo, name="school-plan-undo"),
    path(f"{_PLAN}/redo/", school_plans_edit.school_plan_redo, name="school-plan-redo"),
    path(f"{_ENTRY}/options/", school_plans_edit.school_plan_options,
         name="school-plan-options"),
    path(f"{_ENTRY}/move/", school_plans_edit.school_plan_move, name="school-plan-move"),
    path(f"{_ENTRY}/swap/", school_plans_edit.school_plan_swap, name="school-plan-swap"),
    path(f"{_ENTRY}/off/", school_plans_edit.school_plan_off, name="school-plan-off"),
    path(f"{_ENTRY}/lock/", school_plans_edit.school_plan_lock, name="school-plan-lock"),
]  # fmt: skip
OUT: list[URLPattern | URLResolver] = [
    path(f"{_PLAN}/print/", school_plans_out.school_plan_print, name="school-plan-print"),
    path(f"{_PLAN}/export/", school_plans_out.school_plan_export, name="school-plan-export"),
    path("feeds/", school_plans_out.feed_mine, name="feed-mine"),
    path("feeds/open/", school_plans_out.feed_open, name="feed-open"),
    path("feeds/revoke/", school_plans_out.feed_revoke, name="feed-revoke"),
    path("feeds/<slug:token>.ics", school_plans_out.feed, name="feed"),
    path(f"{_SCHOOL}/grid-import/", school_plans_out.grid_import, name="grid-import"),
    path("grid-imports/<int:pk>/", school_plans_out.grid_import_match, name="grid-import-match"),
    path("grid-imports/<int:pk>/drop/", school_plans_out.grid_import_drop,
         name="grid-import-drop"),
]  # fmt: skip
urlpatterns: list[URLPattern | URLResolver] = [*TASKS, *RULES, *PLANS, *OUT]
