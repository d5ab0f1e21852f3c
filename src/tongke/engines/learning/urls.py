"""Addresses of learning."""

from django.urls import path

from tongke.engines.learning import views

app_name = "learning"
urlpatterns = [
    path("", views.class_list, name="class-list"),
    path("class/<int:class_id>/<str:subject_code>/", views.class_detail, name="class-detail"),
    path("class/<int:class_id>/<str:subject_code>/export/", views.class_export, name="class-export"),
    path("class/<int:class_id>/<str:subject_code>/point/<int:point_id>/", views.point, name="point"),
    path("class/<int:class_id>/<str:subject_code>/point/<int:point_id>/push/", views.push, name="push"),
    path("cell/<int:mastery_id>/", views.cell, name="cell"),
    path("cell/<int:mastery_id>/overrule/", views.overrule, name="overrule"),
    path("overruling/<int:overruling_id>/withdraw/", views.overruling_withdraw, name="overruling-withdraw"),
    path("advice/", views.my_advice, name="my-advice"),
    path("advice/<int:advice_id>/answer/", views.advice_answer, name="advice-answer"),
]  # fmt: skip
