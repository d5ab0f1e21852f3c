"""What teachers wrote about a child's work: reasons of overruled marks and estimates."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tongke.engines.learning.models import Overruling
from tongke.foundation.people.models import Person
from tongke.teaching.homework.models import Response, Submission


@dataclass(frozen=True)
class Word:
    """One sentence of a teacher about one thing."""

    teacher: str
    about: str
    text: str
    at: datetime


def words_about(
    child: Person, handed: QuerySet[Submission], since: datetime, most: int = 3
) -> tuple[Word, ...]:
    """The newest words about a child whose record the reader may see; two queries.

    Args:
        handed: submissions the reader may see.
    """
    marked = (
        Response.objects.filter(
            submission__in=handed.filter(pupil=child).values("pk"), overruled_at__gte=since
        )
        .select_related("submission__homework", "overruled_by")
        .order_by("-overruled_at")[:most]
    )
    found = [
        Word(
            row.overruled_by.name if row.overruled_by else "老师",
            f"改判《{row.submission.homework.title}》",
            row.overruled_reason, row.overruled_at or since,
        )
        for row in marked
    ]  # fmt: skip
    found += [_estimate(row) for row in _overrulings(child, since)[:most]]
    found.sort(key=lambda each: each.at, reverse=True)
    return tuple(found[:most])


def _overrulings(child: Person, since: datetime) -> QuerySet[Overruling]:
    rows = child.overrulings.filter(at__gte=since, withdrawn_at=None)
    return rows.select_related("by", "key_point").order_by("-at")


def _estimate(row: Overruling) -> Word:
    return Word(row.by.name, f"“{row.key_point.title}”改为“{row.state}”", row.reason, row.at)
