"""A closed Monday at the centre and its points, leave, and a pupil taught at home."""

from datetime import date, datetime, time, timedelta

from tongke.foundation.people.tests.make import ZONE
from tongke.teaching.continuity.queries.learners import learner_day
from tongke.teaching.continuity.services import emergencies, homes, leaves, studying
from tongke.teaching.continuity.services.emergencies import NewEmergency
from tongke.teaching.continuity.services.homes import NewHome
from tongke.teaching.continuity.services.leaves import NewLeave
from tongke.teaching.timetable.tests.make import Scene


def monday(now: datetime) -> date:
    """The Monday of the story's week, on which the point has a lesson."""
    return now.astimezone(ZONE).date() - timedelta(days=now.astimezone(ZONE).weekday())


def tell(scene: Scene, now: datetime) -> None:
    """Declare, ask a question, ask leave, begin to teach at home."""
    cast, day = scene.cast, monday(now)
    early = datetime.combine(day, time(7), ZONE)
    new = NewEmergency(
        title="访问测试停课", reason="下雪", organisations=[cast.centre], starts_on=day, ends_on=day
    )
    emergencies.declare(new, by=cast.officer, at=early)
    pupil = cast.pupil.person
    task = learner_day(pupil, day).task_at(1)
    assert task is not None
    studying.ask(task, pupil, "看不懂", by=cast.pupil, at=now)
    today = now.astimezone(ZONE).date()
    leaves.ask(
        NewLeave(pupil=pupil, kind="sick", starts_on=today, ends_on=today, reason="发烧"),
        by=cast.guardian, at=now,
    )  # fmt: skip
    home = homes.open_home(
        NewHome(
            pupil=pupil, teacher=cast.deer_assistant.person, since=day, until=None, weekday=3,
            visit_at=time(15), minutes=60, medical="行动不便",
        ),
        by=cast.deer_head, at=now,
    )  # fmt: skip
    if not home.visits.filter(day__lte=today).exists():
        homes.add_visit(home, today, by=cast.deer_assistant, at=now)
