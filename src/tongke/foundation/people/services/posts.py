"""Approved posts and qualifications: what a school may employ, what a teacher may teach."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from tongke.core.audit import record
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person, Qualification, StaffPost


@transaction.atomic
def set_posts(
    school: Organisation,
    year: int,
    approved: Mapping[str, int],
    *,
    by: Actor | None,
    at: datetime,
) -> None:
    """Set the approved posts of a school by subject code for one year; 0 takes a post away."""
    StaffPost.objects.filter(school=school, year=year, subject_code__in=approved).delete()
    StaffPost.objects.bulk_create(
        StaffPost(school=school, year=year, subject_code=code, approved=count)
        for code, count in approved.items()
        if count
    )
    detail = {"year": year, "posts": dict(approved)}
    record("people.post.set", school, actor=by, at=at, detail=detail)


@transaction.atomic
def add_qualifications(
    rows: Iterable[tuple[Person, str, str]], *, by: Actor | None, at: datetime
) -> list[Qualification]:
    """Note that persons are qualified: (person, subject code, stage code); returns the new rows.

    What is known already is left as it is.
    """
    wanted = {(person.pk, subject, stage) for person, subject, stage in rows}
    people = sorted({key[0] for key in wanted})
    for start in range(0, len(people), 500):
        known = Qualification.objects.filter(person__in=people[start : start + 500])
        wanted -= set(known.values_list("person", "subject_code", "stage_code"))
    fresh = Qualification.objects.bulk_create(
        (
            Qualification(person_id=person, subject_code=subject, stage_code=stage)
            for person, subject, stage in sorted(wanted)
        ),
        batch_size=500,
    )
    detail = {"count": len(fresh)}
    record("people.qualification.added", None, actor=by, at=at, detail=detail)
    return fresh
