"""Giving the seats out: the draw, the telling, and the waiting lists afterwards."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.teaching.electives import allocation as pure
from tongke.teaching.electives.allocation.words import sentence
from tongke.teaching.electives.models import Round, Seat, Section
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries import rounds as queries
from tongke.teaching.electives.services import notices, opening

State = Round.State


@transaction.atomic
def draw(round_: Round, public_value: str, *, by: Actor | None, at: datetime) -> int:
    """Draw lots with the public value and give out the seats; returns how many were given.

    The value is typed once: neither it nor the outcome can be changed, only told or cancelled.

    Raises:
        Refused: the value is missing, the round is not closed, was drawn already, or chooses
            subjects, which need sections and no lots.
    """
    value = public_value.strip()[:60]
    if not value:
        raise Refused("请填写公开数。")
    if round_.by_subjects:
        raise Refused("选科轮次不摇号，请编排走班教学班。")
    if at < round_.closes_at:
        raise Refused("选课还没有截止。")
    seed = pure.seed_of(round_.key, value)
    won = Round.objects.filter(pk=round_.pk, state=State.OPEN).update(
        state=State.DRAWN, public_value=value, seed=seed, drawn_at=at
    )
    if not won:
        raise Refused("已经摇过号了。")
    round_.refresh_from_db()
    entry = queries.entry(round_, seed, timezone.localdate(at))
    outcome = pure.allocate(entry.problem)
    Seat.objects.bulk_create(_seats(round_, entry, outcome), batch_size=500)
    given = sum(len(held) for held in outcome.seats.values())
    detail = {"value": value, "seed": seed, "lists": len(entry.problem.pupils), "seats": given}
    record("electives.round.drawn", round_, actor=by, at=at, detail=detail)
    return given


def _seats(round_: Round, entry: queries.Entry, outcome: pure.Outcome) -> list[Seat]:
    names = {key: str(one) for key, one in entry.sections.items()}
    made = []
    for pupil in entry.problem.pupils:
        for rank, course in enumerate(pupil.ranked, start=1):
            reason = outcome.reasons[pupil.key, course]
            state = Seat.State.MISSED
            if reason.kind == "seated":
                state = Seat.State.SEATED
            elif pupil.key in outcome.waiting[course]:
                state = Seat.State.WAITING
            made.append(
                Seat(
                    round=round_, section=entry.sections[course],
                    pupil_id=entry.ballots[pupil.key].pupil_id, rank=rank, state=state,
                    turn=entry.problem.turn[pupil.key],
                    why=sentence(rank, reason, entry.problem.course[course], names)[:200],
                )
            )  # fmt: skip
    return made


@transaction.atomic
def publish_result(round_: Round, *, by: Actor | None, at: datetime) -> None:
    """Tell every pupil what became of the list.

    Raises:
        Refused: nothing was drawn, or it is told already.
    """
    if not Round.objects.filter(pk=round_.pk, state=State.DRAWN).update(
        state=State.PUBLISHED, published_at=at
    ):
        raise Refused("还没有摇号，或结果已经公布。")
    round_.refresh_from_db()
    record("electives.round.published", round_, actor=by, at=at)
    got: dict[int, list[str]] = defaultdict(list)
    rows = Seat.objects.filter(round=round_).select_related("section__offer")
    for seat in rows:
        if seat.state == Seat.State.SEATED:
            got[seat.pupil_id].append(str(seat.section))
        else:
            got.setdefault(seat.pupil_id, [])
    told = {
        pupil: f"录取：{'、'.join(names)}。" if names else "这次没有录取，可以看候补名次。"
        for pupil, names in got.items()
    }
    notices.result_of(round_, told, timezone.localdate(at), "选课结果")


@transaction.atomic
def leave_seat(seat: Seat, *, by: Actor | None, at: datetime) -> int:
    """Give a seat, or a place on the waiting list, back; the next moves up.

    Returns:
        How many pupils moved up.

    Raises:
        Refused: the course is over, or it is neither a seat nor a place on the list any more.
    """
    if timezone.localdate(at) > seat.round.ends_on:
        raise Refused("课程已经结束。")
    state = seat.state
    won = Seat.objects.filter(pk=seat.pk, state__in=[Seat.State.SEATED, Seat.State.WAITING]).update(
        state=Seat.State.LEFT, left_at=at
    )
    if not won:
        raise Refused("已经退出，或没有录取。")
    seat.refresh_from_db()
    record("electives.seat.left", seat, actor=by, at=at)
    if state != Seat.State.SEATED:
        return 0
    if seat.round.state == State.STARTED:
        opening.leave(seat, timezone.localdate(at), by=by, at=at)
    return move_up(seat.round, [seat.section_id], by=by, at=at)


@transaction.atomic
def release_reserve(round_: Round, section: Section, *, by: Actor | None, at: datetime) -> int:
    """Let pupils of other schools have the seats that the home school left; the list moves up.

    Raises:
        Refused: the result is not told yet, or nothing is reserved.
    """
    if round_.state not in Round.TOLD:
        raise Refused("公布结果之后才能释放预留名额。")
    if not Section.objects.filter(pk=section.pk, reserved__gt=0).update(reserved=0):
        raise Refused("这个教学班没有预留名额。")
    section.refresh_from_db()
    record("electives.section.released", section, actor=by, at=at)
    return move_up(round_, [section.pk], by=by, at=at)


def move_up(round_: Round, sections: Collection[int], *, by: Actor | None, at: datetime) -> int:
    """Fill free seats from the waiting lists by the rule of the round; returns how many moved."""
    today = timezone.localdate(at)
    last = round_.starts_on + timedelta(days=current(ElectivesProfile).waiting_days)
    if today > last or round_.state not in Round.TOLD:
        return 0
    entry = queries.entry(round_, round_.seed, today)
    numbers = {one.pupil_id: key for key, one in entry.ballots.items()}
    rows = [
        row for row in Seat.objects.select_for_update(of=("self",)).filter(round=round_)
        .order_by("turn") if row.pupil_id in numbers
    ]  # fmt: skip
    known = {(numbers[row.pupil_id], str(row.section_id)): row for row in rows}
    _, moves = pure.promote(entry.problem, _standing(known), [str(pk) for pk in sections])
    told: dict[int, str] = {}
    for move in moves:
        _move(round_, known, move, today, by, at)
        seat = known[move.pupil, move.course]
        told[seat.pupil_id] = f"候补递补成功：{entry.sections[move.course]}。"
    notices.result_of(round_, told, today, f"候补递补 {at:%m%d%H%M}")
    return len(moves)


def _standing(known: dict[tuple[str, str], Seat]) -> pure.Standing:
    seats: dict[str, tuple[str, ...]] = {}
    waiting: dict[str, tuple[str, ...]] = {}
    for (pupil, course), row in sorted(known.items(), key=lambda each: each[1].rank):
        if row.state == Seat.State.SEATED:
            seats[pupil] = (*seats.get(pupil, ()), course)
    for (pupil, course), row in known.items():
        if row.state == Seat.State.WAITING:
            waiting[course] = (*waiting.get(course, ()), pupil)
    return pure.Standing(seats, waiting)


def _move(
    round_: Round,
    known: dict[tuple[str, str], Seat],
    move: pure.Move,
    today: date,
    by: Actor | None,
    at: datetime,
) -> None:
    seat = known[move.pupil, move.course]
    seat.state, seat.promoted_at = Seat.State.SEATED, at
    seat.why = f"第 {seat.rank} 志愿候补递补录取。"
    seat.save(update_fields=["state", "promoted_at", "why"])
    for course in move.left:
        old = known[move.pupil, course]
        old.state, old.left_at = Seat.State.LEFT, at
        old.why = f"第 {seat.rank} 志愿递补成功，退出这门课。"
        old.save(update_fields=["state", "left_at", "why"])
        if round_.state == State.STARTED:
            opening.leave(old, today, by=by, at=at)
    record("electives.seat.promoted", seat, actor=by, at=at)
    if round_.state == State.STARTED:
        opening.join(seat, today, by=by, at=at)
