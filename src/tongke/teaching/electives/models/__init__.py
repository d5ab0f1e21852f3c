"""Offers with sections, rounds with ballots, seats, and what happened in the sections."""

from tongke.teaching.electives.models.offers import Offer, Section, SectionTime
from tongke.teaching.electives.models.rounds import Ballot, Choice, Round, SectioningRun
from tongke.teaching.electives.models.seats import Presence, Result, Seat

__all__ = [
    "Ballot", "Choice", "Offer", "Presence", "Result", "Round", "Seat", "Section", "SectionTime",
    "SectioningRun",
]  # fmt: skip
