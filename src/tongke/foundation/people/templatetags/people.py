"""Words for codes: roles, subjects, grades, titles, purposes of consent."""

from django import template

from tongke.core.profile import current
from tongke.foundation.people.exports import role_label
from tongke.foundation.people.passwords import rule_for
from tongke.foundation.people.profile import PeopleProfile
from tongke.foundation.people.queries import vocabulary
from tongke.foundation.people.web import DemoHint, demo_hint

register = template.Library()


@register.filter
def role_name(role: str) -> str:
    """The region's name of a role."""
    return role_label(role)


@register.filter
def subject_name(code: str) -> str:
    """The name of a subject."""
    return vocabulary.subject_name(code) if code else ""


@register.filter
def grade_name(code: str) -> str:
    """The name of a grade."""
    return vocabulary.grade_name(code)


@register.filter
def stage_names(codes: str) -> str:
    """Names of stages from codes joined by commas."""
    return "、".join(vocabulary.stage_name(code) for code in codes.split(",") if code)


@register.filter
def title_name(code: str) -> str:
    """The full name of a title: 市级学科带头人."""
    return current(PeopleProfile).title_name(code)


@register.filter
def purpose_name(code: str) -> str:
    """The name of a purpose of consent."""
    names = {one.code: one.name for one in current(PeopleProfile).consent_purposes}
    return names.get(code, code)


@register.simple_tag
def demo_logins() -> DemoHint:
    """Names and password to try a demo with; empty outside a demo."""
    return demo_hint()


@register.simple_tag(takes_context=True)
def password_rule(context: template.Context) -> str:
    """The rule for the password of whoever is signed in, as one sentence."""
    return rule_for(context["request"].user)
