"""Addresses of learning."""

from django.urls import path

from tongke.engines.learning import views

_CLASS = "class/<int:class_id>/<str:subject_code>/"

app_name = "learning"
urlpatterns = [
    path("", views.class_list, name="class-list"),
    path(_CLASS, views.class_detail, name="class-detail"),
    path(f"{_CLASS}export/", views.class_export, name="class-export"),
    path(f"{_CLASS}point/<int:point_id>/", views.point, name="point"),
    path(f"{_CLASS}point/<int:point_id>/push/", views.push, name="push"),
    path("cell/<int:mastery_id>/", views.cell, name="cell"),
    path("cell/<int:mastery_id>/overrule/", views.overrule, name="overrule"),
    path(
        "overruling/<int:overruling_id>/withdraw/",
        views.overruling_withdraw,
        name="overruling-withdraw",
    ),
    path("advice/", views.my_advice, name="my-advice"),
    path("advice/<int:advice_id>/answer/", views.advice_answer, name="advice-answer"),
    path("advice/<int:advice_id>/reply/", views.advice_reply, name="advice-reply"),
]
