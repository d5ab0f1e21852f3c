"""The plan of a search for sections as a page shows it."""

from dataclasses import dataclass
from typing import Any

from tongke.teaching.electives.models import SectioningRun


@dataclass(frozen=True)
class BandColumn:
    """One band: its sections as (subject and number, pupils)."""

    name: str
    sections: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PlanView:
    """A plan band by band."""

    bands: tuple[BandColumn, ...]
    sections: int
    pupils: int
    largest: int
    smallest: int
    proved: bool
    reasons: tuple[str, ...]


def plan_of(run: SectioningRun) -> PlanView:
    """What a finished search proposes."""
    proposal: dict[str, Any] = run.proposal
    rows = proposal.get("sections", [])
    bands = tuple(
        BandColumn(
            f"第 {band + 1} 时段",
            tuple(
                (f"{row['subject']}（{row['number']}）班", len(row["pupils"]))
                for row in rows if row["band"] == band
            ),
        )
        for band in range(run.limits["bands"])
    )  # fmt: skip
    return PlanView(
        bands, len(rows), len({key for row in rows for key in row["pupils"]}),
        proposal.get("largest", 0), proposal.get("smallest", 0), proposal.get("proved", False),
        tuple(proposal.get("reasons", ())),
    )  # fmt: skip
