"""Addresses of people."""

from django.urls import URLPattern, URLResolver, include, path

from tongke.core.spreadsheets.views import import_views
from tongke.foundation.people.views import (
    accounts,
    classes,
    consents,
    organisations,
    person_edit,
    persons,
    posts,
    roster,
    titles,
)

app_name = "people"

_organisations = [
    path("organisations/", organisations.organisation_list, name="organisation-list"),
    path("organisations/export/", organisations.organisation_export, name="organisation-export"),
    path("organisations/add/", organisations.organisation_add, name="organisation-add"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation-detail"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation-edit"),
    path(
        "organisations/<int:pk>/close/", organisations.organisation_close, name="organisation-close"
    ),
]
_persons = [
    path("persons/", persons.person_list, name="person-list"),
    path("persons/export/", persons.person_export, name="person-export"),
    path("persons/add/", person_edit.person_add, name="person-add"),
    path("persons/<int:pk>/", persons.person_detail, name="person-detail"),
    path("persons/<int:pk>/edit/", person_edit.person_edit, name="person-edit"),
    path("persons/<int:pk>/reveal/", persons.person_reveal, name="person-reveal"),
    path("persons/<int:pk>/appoint/", person_edit.appointment_add, name="appointment-add"),
    path("appointments/<int:pk>/end/", person_edit.appointment_end, name="appointment-end"),
]
_classes = [
    path("classes/", classes.class_list, name="class-list"),
    path("classes/export/", classes.class_export, name="class-export"),
    path("classes/<int:pk>/", classes.class_detail, name="class-detail"),
    path("classes/<int:pk>/edit/", classes.class_edit, name="class-edit"),
    path("classes/<int:pk>/export/", classes.class_roll_export, name="class-roll-export"),
    path("classes/<int:pk>/enrol/", classes.class_enrol, name="class-enrol"),
    path(
        "classes/<int:pk>/pupils/<int:pupil_pk>/leave/", classes.enrolment_leave,
        name="enrolment-leave",
    ),
    path("classes/<int:pk>/passwords/", classes.class_passwords, name="class-passwords"),
]  # fmt: skip
_staffing = [
    path("posts/", posts.post_list, name="post-list"),
    path("posts/export/", posts.post_export, name="post-export"),
    path("posts/<int:pk>/", posts.post_edit, name="post-edit"),
    path("titles/", titles.title_list, name="title-list"),
    path("titles/export/", titles.title_export, name="title-export"),
    path("titles/add/", titles.title_add, name="title-add"),
    path("titles/<int:pk>/file/", titles.title_file, name="title-file"),
    path("titles/<int:pk>/return/", titles.title_return, name="title-return"),
    path("titles/<int:pk>/again/", titles.title_again, name="title-again"),
    path("titles/<int:pk>/end/", titles.title_end, name="title-end"),
]
_consents = [
    path("consents/", consents.consent_list, name="consent-list"),
    path(
        "consents/<int:child_pk>/<slug:purpose>/", consents.consent_answer, name="consent-answer"
    ),
    path(
        "consents/<int:child_pk>/<slug:purpose>/withdraw/", consents.consent_withdraw,
        name="consent-withdraw",
    ),
    path("consents/classes/", consents.consent_overview, name="consent-overview"),
    path("consents/classes/<int:pk>/", consents.consent_class, name="consent-class"),
]  # fmt: skip
_accounts = [
    path("accounts/", accounts.account_list, name="account-list"),
    path("accounts/<int:pk>/reset/", accounts.account_reset, name="account-reset"),
    path("accounts/<int:pk>/disable/", accounts.account_disable, name="account-disable"),
    path("accounts/<int:pk>/enable/", accounts.account_enable, name="account-enable"),
    path("accounts/<int:pk>/factor/", accounts.account_factor, name="account-factor"),
    path("no-role/", accounts.no_role, name="no-role"),
]
_imports: list[URLPattern | URLResolver] = [
    path("import/", roster.import_home, name="import-home"),
    path("import/start/", roster.import_start, name="import-start"),
    *(
        path(
            f"import/{kind.code}/{'<str:mode>/' if kind.complete else ''}",
            include(
                import_views(
                    f"people.{kind.code}", roster.importer_of(kind.code), roster.may_import,
                    title=kind.title,
                )
            ),
        )
        for kind in roster.KINDS
    ),
]  # fmt: skip
urlpatterns: list[URLPattern | URLResolver] = [
    *_imports, *_organisations, *_persons, *_classes, *_staffing, *_consents, *_accounts,
]  # fmt: skip
