"""Every address of the platform, package by package."""

from django.urls import include, path

urlpatterns = [
    path("", include("tongke.gateway.portal.urls")),
    path("accounts/", include("allauth.urls")),
    path("people/", include("tongke.foundation.people.urls")),
    path("campus/", include("tongke.foundation.campus.urls")),
    path("curriculum/", include("tongke.foundation.curriculum.urls")),
    path("communities/", include("tongke.engines.communities.urls")),
    path("credits/", include("tongke.engines.credits.urls")),
    path("learning/", include("tongke.engines.learning.urls")),
    path("library/", include("tongke.engines.library.urls")),
    path("timetable/", include("tongke.teaching.timetable.urls")),
    path("classroom/", include("tongke.teaching.classroom.urls")),
    path("items/", include("tongke.teaching.assessment.urls")),
    path("homework/", include("tongke.teaching.homework.urls")),
    path("monitor/", include("tongke.governance.monitor.urls")),
    path("interop/", include("tongke.gateway.interop.urls")),
]
