"""Addresses of the portal."""

from django.urls import path

from tongke.gateway.portal.views import home, personal, search, system

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("me/role/", personal.switch, name="switch"),
    path("me/theme/", personal.theme, name="theme"),
    path("messages/", personal.message_list, name="messages"),
    path("messages/read/", personal.message_read_all, name="message-read-all"),
    path("messages/settings/", personal.message_settings, name="message-settings"),
    path("messages/<int:message_id>/open/", personal.message_open, name="message-open"),
    path("system/settings/", system.settings_page, name="settings"),
    path("system/audit/", system.audit_log, name="audit"),
    path("system/audit/verify/", system.audit_verify, name="audit-verify"),
    path("system/jobs/", system.job_list, name="jobs"),
    path("system/jobs/<int:job_id>/retry/", system.job_retry, name="job-retry"),
    path("health/", home.health, name="health"),
]
