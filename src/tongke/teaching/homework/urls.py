"""Addresses of homework."""

from django.urls import path

from tongke.teaching.homework import views, views_pupil

app_name = "homework"
urlpatterns = [
    path("", views.homework_list, name="homework-list"),
    path("mine/", views_pupil.my_homework, name="my-homework"),
    path("child/", views_pupil.child_homework, name="child-homework"),
    path("lesson/<int:lesson_id>/new/", views.homework_new, name="homework-new"),
    path("<int:homework_id>/", views.homework_detail, name="homework-detail"),
    path("<int:homework_id>/open/", views_pupil.homework_open, name="homework-open"),
    path("<int:homework_id>/edit/", views.homework_edit, name="homework-edit"),
    path("<int:homework_id>/give-out/", views.homework_give_out, name="homework-give-out"),
    path("<int:homework_id>/close/", views.homework_close, name="homework-close"),
    path("<int:homework_id>/export/", views.homework_export, name="homework-export"),
    path("<int:homework_id>/take/", views_pupil.homework_take, name="homework-take"),
    path("<int:homework_id>/save/", views_pupil.homework_save, name="homework-save"),
    path("<int:homework_id>/hand-in/", views_pupil.homework_hand_in, name="homework-hand-in"),
    path("<int:homework_id>/enter/<int:pupil_id>/", views.homework_enter, name="homework-enter"),
    path("submission/<int:submission_id>/", views.submission_detail, name="submission-detail"),
    path("response/<int:response_id>/overrule/", views.response_overrule, name="overrule"),
]
