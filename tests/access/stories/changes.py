"""An absence at the teaching point, the head who stands in, and a suspended day."""

from datetime import timedelta

from django.utils import timezone

from tests.access.story import Story
from tongke.teaching.timetable.models import Absence, DayChange, Suspension
from tongke.teaching.timetable.queries.changes_suspended import Plan
from tongke.teaching.timetable.services.changes import absences, arranging, suspending


def absence(story: Story) -> Absence:
    """The assistant is away next week's Monday; written when it is first asked for."""
    known = Absence.objects.first()
    if known is not None:
        return known
    scene, cast, now = story.scene, story.world, timezone.now()
    monday = story.today + timedelta(days=7 - story.today.weekday())
    new = absences.NewAbsence(
        teacher=cast.deer_assistant.person, school=cast.deer_bay, kind="sick", since=monday,
        until=monday, from_seq=1, until_seq=1,
    )  # fmt: skip
    return absences.enter(scene.term, new, approved=True, by=cast.deer_head, at=now)


def change(story: Story) -> DayChange:
    """The head stands in for the assistant."""
    known = DayChange.objects.filter(state=DayChange.State.PENDING).first()
    if known is not None:
        return known
    away = absence(story)
    monday, klass = away.since, story.world.deer_class
    picks = {f"c{klass.pk}-{monday}-1": f"sub:{story.world.deer_head.person.pk}"}
    by = story.scene.deer_timetabler
    return arranging.arrange(away, picks, by=by, at=timezone.now())[0]


def suspension(story: Story) -> Suspension:
    """The teaching point's sports day, the Tuesday after."""
    known = Suspension.objects.first()
    if known is not None:
        return known
    day = story.today + timedelta(days=8 - story.today.weekday())
    by = story.scene.deer_timetabler
    plan = Plan(story.world.deer_bay, day)
    return suspending.suspend(story.scene.term, plan, reason="运动会", by=by, at=timezone.now())
