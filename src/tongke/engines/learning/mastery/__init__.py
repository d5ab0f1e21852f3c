"""How well a pupil commands a key point, with how sure we are: a first estimate from answers.

Pure: plain data in and out, no Django, no clock. Replaying the same events gives the same
estimate, in whatever order they arrive. Model, measurements and limits: docs/algorithms/mastery.md.
"""

from tongke.engines.learning.mastery.estimates import (
    Evidence,
    corrected,
    estimate,
    estimate_many,
    lean_on,
    pupil_prior,
)
from tongke.engines.learning.mastery.model import (
    VERSION,
    Estimate,
    Observation,
    Params,
    Pin,
    Prior,
    Regrade,
    State,
    difficulty,
    level_difficulty,
)

__all__ = [
    "VERSION",
    "Estimate",
    "Evidence",
    "Observation",
    "Params",
    "Pin",
    "Prior",
    "Regrade",
    "State",
    "corrected",
    "difficulty",
    "estimate",
    "estimate_many",
    "lean_on",
    "level_difficulty",
    "pupil_prior",
]
