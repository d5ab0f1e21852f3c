"""Emergencies, what stands in for lessons, and pupils who are away."""

from tongke.teaching.continuity.models.away import HomeTeaching, Leave, Visit
from tongke.teaching.continuity.models.emergencies import (
    Emergency,
    EmergencyScope,
    Opening,
    SchoolSwitch,
)
from tongke.teaching.continuity.models.standins import Choice, StandIn, Study

__all__ = [
    "Choice",
    "Emergency",
    "EmergencyScope",
    "HomeTeaching",
    "Leave",
    "Opening",
    "SchoolSwitch",
    "StandIn",
    "Study",
    "Visit",
]
