"""Loads the demo region into an empty installation, in one transaction."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils import timezone

from demo import county, families, people
from demo.region import CLASS_TALK, LOCAL, Size
from demo.staffing import Periods
from demo.world import Clock, World
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.curriculum.profile import CurriculumProfile
from tongke.foundation.people.models import Organisation


def _periods() -> Periods:
    """The weekly periods of each primary grade: the required least, and the school's own."""
    plan: dict[str, dict[str, int]] = {}
    for line in current(CurriculumProfile).plan:
        if line.weekly_min and line.grade.startswith("1"):
            plan.setdefault(line.grade, {})[line.subject] = line.weekly_min
    for grade, subjects in plan.items():
        subjects[CLASS_TALK] = 1
        if grade >= "13":
            subjects[LOCAL] = 1
    return plan
