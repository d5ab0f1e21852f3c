"""What several pages share: the term and week the address asks for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404
from django.utils import timezone

from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.timetable.forms import whole
from tongke.teaching.timetable.models import Term
from tongke.teaching.timetable.queries.calendar import (
    current_term,
    planning_day,
    terms_of,
    week_of,
)


@dataclass(frozen=True)
class Asked:
    """The term and week a page shows, and the terms and weeks to choose from."""

    term: Term
    week: int
    today: date
    now: datetime
    terms: list[tuple[int, str]]

    @property
    def planned(self) -> date:
        """The day whose bells and appointments plans of the term are judged by."""
        return planning_day(self.term, self.today)

    @property
    def weeks(self) -> list[tuple[int, str]]:
        """The weeks of the term as choices."""
        return [(number, f"第 {number} 周") for number in range(1, self.term.weeks + 1)]

    @property
    def before(self) -> int:
        """The week before, 0 where there is none."""
        return self.week - 1

    @property
    def after(self) -> int:
        """The week after, 0 where there is none."""
        return self.week + 1 if self.week < self.term.weeks else 0


def asked(request: AuthedRequest) -> Asked | None:
    """The term (?term=) and week (?week=) of the address, else those of today.

    None while the region has no term at all. 404 for a term of another region.
    """
    actor, now = request.actor, timezone.localtime()
    mine = list(terms_of(actor.organisation))
    wanted = whole(request.GET.get("term"))
    term = current_term(actor.organisation, actor.today)
    if wanted:
        term = next((each for each in mine if each.pk == wanted), None)
        if term is None:
            raise Http404
    if term is None:
        return None
    week = whole(request.GET.get("week"), 1, term.weeks) or week_of(term, actor.today)
    if week is None:
        week = 1 if actor.today < term.starts_on else term.weeks
    return Asked(term, week, actor.today, now, [(each.pk, each.name) for each in mine])
