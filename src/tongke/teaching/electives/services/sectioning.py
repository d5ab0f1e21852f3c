"""走班 of one school: a search by the worker, and what is adopted of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.jobs import task
from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation, Person
from tongke.teaching.electives.allocation import sectioning as pure
from tongke.teaching.electives.models import (
    Ballot,
    Offer,
    Round,
    Seat,
    Section,
    SectioningRun,
    SectionTime,
)
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.rounds import counted
from tongke.teaching.electives.services import notices
from tongke.teaching.timetable.queries.gaps import qualified_teachers
from tongke.teaching.timetable.queries.staff import teachers as staff_of

State = SectioningRun.State
OPEN = (State.QUEUED, State.RUNNING)
_CHOOSING = Round.State.OPEN


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a search must keep."""

    bands: int
    least: int
    most: int
    rooms: int | None = None


@transaction.atomic
def ask(
    round_: Round, school: Organisation, limits: Limits, *, by: Actor | None, at: datetime
) -> SectioningRun:
    """Let the worker look for the sections of one school's pupils.

    Raises:
        Refused: the round does not choose subjects or is not closed, or the limits make no sense.
    """
    if not round_.by_subjects:
        raise Refused("只有选科轮次才编走班教学班。")
    if at < round_.closes_at or round_.state != Round.State.OPEN:
        raise Refused("选科截止后、公布结果前才能编班。")
    if not (2 <= limits.bands <= 6 and 1 <= limits.least <= limits.most <= 60):
        raise Refused("时段 2 到 6 个；每班最少人数不能多于最多人数。")
    if SectioningRun.objects.filter(round=round_, school=school, state=State.ACCEPTED).exists():
        raise Refused(f"{school.short_name}已经采用了一个方案。")
    run = SectioningRun.objects.create(
        round=round_, school=school, limits=asdict(limits), created_at=at
    )
    record("electives.sectioning.asked", run, actor=by, at=at, detail=run.limits)
    search.enqueue(key=str(run.pk), run=run.pk)
    return run


@task("electives.sectioning", retries=2, lease_seconds=300, atomic=False, slow=True)
def search(run: int) -> None:
    """Search for sections. Safe to run twice: only the first result counts."""
    one = SectioningRun.objects.select_related("round", "school").get(pk=run)
    rows = SectioningRun.objects.filter(pk=run)
    if not rows.filter(state__in=OPEN).update(state=State.RUNNING):
        return

    def watch(doing: str) -> bool:
        return bool(rows.filter(state=State.RUNNING).update(proposal={"doing": doing}))

    plan = pure.arrange(wish_of(one), seconds=current(ElectivesProfile).solver_seconds, watch=watch)
    state = State.READY if plan.found else State.IMPOSSIBLE
    rows.filter(state=State.RUNNING).update(
        state=state, proposal=_packed(plan), finished_at=timezone.now()
    )


def wish_of(run: SectioningRun) -> pure.Wish:
    """What is asked for, in subject names; pupils by their 选课号."""
    pupils = {
        str(one.number): frozenset(
            each.subject.name for each in one.choices.all() if each.subject is not None
        )
        for one in ballots_of(run)
    }
    limits = run.limits
    names = {name for subjects in pupils.values() for name in subjects}
    able = qualified(
        run.school, list(Subject.objects.filter(name__in=names)),
        timezone.localdate(run.created_at),
    )  # fmt: skip
    return pure.Wish(
        pupils,
        limits["bands"],
        limits["least"],
        limits["most"],
        {name: len(people) for name, people in able.items()},
        limits["rooms"],
        run.round.key,
    )


def ballots_of(run: SectioningRun) -> list[Ballot]:
    """The lists of the school's own pupils that count."""
    listed = list(counted(run.round).select_related("pupil").prefetch_related("choices__subject"))
    homes = times.homes([one.pupil_id for one in listed], timezone.localdate(run.created_at))
    return [
        one for one in listed
        if one.pupil_id in homes
        and homes[one.pupil_id].school_class.school_id == run.school_id
    ]  # fmt: skip


def _packed(plan: pure.Plan) -> dict[str, Any]:
    return {
        "sections": [
            {"subject": s.subject, "band": s.band, "number": s.number, "pupils": list(s.pupils)}
            for s in plan.sections
        ],
        "least": plan.least, "largest": plan.largest, "smallest": plan.smallest,
        "proved": plan.proved, "reasons": list(plan.reasons),
    }  # fmt: skip


@transaction.atomic
def stop(run: SectioningRun, *, by: Actor | None, at: datetime) -> None:
    """Stop a search, or give its plan up.

    Raises:
        Refused: it is over.
    """
    changed = SectioningRun.objects.filter(pk=run.pk, state__in=[*OPEN, State.READY]).update(
        state=State.STOPPED, finished_at=at
    )
    if not changed:
        raise Refused("已经结束。")
    record("electives.sectioning.stopped", run, actor=by, at=at)


BandTimes = Sequence[Sequence[tuple[int, time, time]]]
"""The weekly times of each band."""


@transaction.atomic
def accept(
    run: SectioningRun, bands: BandTimes, *, by: Actor | None, at: datetime
) -> list[Section]:
    """Adopt a plan: offers and sections with seats for exactly these pupils.

    Teachers are dealt out of those qualified in the subject at the school, nobody twice in a band.

    Raises:
        Refused: it is not ready, the round is told or cancelled, a band has no time, or there are
            too few teachers; the message says of which subject.
    """
    # The round is held, so that nobody tells the result between this look and these seats.
    if Round.objects.select_for_update(of=("self",)).get(pk=run.round_id).state != _CHOOSING:
        raise Refused("这一轮已经公布结果或取消，不能再采用方案。")
    if not SectioningRun.objects.filter(pk=run.pk, state=State.READY).update(state=State.ACCEPTED):
        raise Refused("方案已经采用或放弃。")
    _check_bands(bands, run.limits["bands"])
    numbers = {str(one.number): one for one in ballots_of(run)}
    subjects = {one.name: one for one in Subject.objects.all()}
    by_subject: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in run.proposal["sections"]:
        by_subject[row["subject"]].append(row)
    teachers = _teachers(run, [subjects[name] for name in by_subject], at)
    busy: set[tuple[int, int]] = set()
    made = []
    for name, rows in sorted(by_subject.items()):
        offer = _offer(run, subjects[name], teachers[name][0], by, at)
        for row in rows:
            teacher = next((t for t in teachers[name] if (row["band"], t.pk) not in busy), None)
            if teacher is None:
                raise Refused(f"{name}在第 {row['band'] + 1} 时段没有足够的教师。")
            busy.add((row["band"], teacher.pk))
            section = Section.objects.create(
                offer=offer, number=row["number"], teacher=teacher, seats=len(row["pupils"])
            )
            SectionTime.objects.bulk_create(
                SectionTime(section=section, weekday=weekday, starts=starts, ends=ends)
                for weekday, starts, ends in bands[row["band"]]
            )
            run.round.sections.add(section)
            Seat.objects.bulk_create(
                Seat(
                    round=run.round, section=section, pupil_id=numbers[key].pupil_id, rank=1,
                    turn=int(key), state=Seat.State.SEATED, why=f"走班第 {row['band'] + 1} 时段。",
                )
                for key in row["pupils"] if key in numbers
            )  # fmt: skip
            made.append(section)
    record("electives.sectioning.accepted", run, actor=by, at=at, detail={"sections": len(made)})
    return made


def _check_bands(bands: BandTimes, wanted: int) -> None:
    if len(bands) < wanted or not all(bands[:wanted]):
        raise Refused("请填写每个时段的上课时间。")
    taken = [time_ for band in bands for time_ in band]
    for place, one in enumerate(taken):
        for other in taken[place + 1 :]:
            if one[0] == other[0] and one[1] < other[2] and other[1] < one[2]:
                raise Refused("两个时段的上课时间重叠。")


def _teachers(
    run: SectioningRun, subjects: Sequence[Subject], at: datetime
) -> dict[str, list[Person]]:
    """The school's teachers of each subject, by its name."""
    found = qualified(run.school, subjects, timezone.localdate(at))
    for subject in subjects:
        if not found[subject.name]:
            raise Refused(f"{run.school.short_name}没有{subject.name}的任课教师。")
    return found


def qualified(
    school: Organisation, subjects: Sequence[Subject], day: date
) -> dict[str, list[Person]]:
    """Who may teach each subject at a school, by the subject's name."""
    able = qualified_teachers({one.pk for one in subjects}, day)
    staff = list(staff_of([school], day))
    return {
        subject.name: [one for one in staff if (one.pk, subject.pk) in able] for subject in subjects
    }


def _offer(
    run: SectioningRun, subject: Subject, teacher: Person, by: Actor | None, at: datetime
) -> Offer:
    offer, fresh = Offer.objects.get_or_create(
        term=run.round.term, school=run.school, title=f"{subject.name}（{run.round.title}）"[:30],
        defaults={
            "teacher": teacher, "kind": Offer.Kind.SUBJECT, "form": Offer.Form.OFFLINE,
            "reach": Offer.Reach.SCHOOL, "subject": subject, "summary": run.round.title,
            "state": Offer.State.PUBLISHED, "created_at": at,
        },
    )  # fmt: skip
    if fresh:
        offer.grades.set(Grade.objects.filter(pk__in=run.round.grades.values("pk")))
    return offer


@transaction.atomic
def publish(round_: Round, *, by: Actor | None, at: datetime) -> None:
    """Tell pupils their sections.

    Raises:
        Refused: no school has adopted a plan, or it is told already.
    """
    if not round_.runs.filter(state=State.ACCEPTED).exists():
        raise Refused("请先采用一个编班方案。")
    if not Round.objects.filter(pk=round_.pk, state=Round.State.OPEN).update(
        state=Round.State.PUBLISHED, published_at=at
    ):
        raise Refused("结果已经公布。")
    round_.refresh_from_db()
    record("electives.round.published", round_, actor=by, at=at)
    told: dict[int, str] = {}
    for seat in Seat.objects.filter(round=round_).select_related("section__offer"):
        told[seat.pupil_id] = f"{told.get(seat.pupil_id, '')}{seat.section} "
    words = {pupil: f"走班安排：{text.strip()}" for pupil, text in told.items()}
    notices.result_of(round_, words, timezone.localdate(at), "走班安排")
