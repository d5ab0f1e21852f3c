"""Pupils' lists: saved as often as they like until the round closes; guardians agree."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tongke.core.audit import record
from tongke.core.errors import Refused
from tongke.core.profile import current
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Enrolment, Person
from tongke.teaching.electives.models import Ballot, Choice, Round, Section
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.queries import times
from tongke.teaching.electives.queries.menu import busy_of, may_choose, section_rows
from tongke.teaching.electives.queries.rounds import home_in, roll_of, scheme_of


@transaction.atomic
def save_list(
    round_: Round, pupil: Person, sections: Sequence[int], *, by: Actor | None, at: datetime
) -> Ballot:
    """Save a pupil's whole list, best first; it replaces the one before.

    Raises:
        Refused: the round is not open, the list is too long, or a section is not on the pupil's
            menu or clashes with the class's own lessons.
    """
    home = _open_home(round_, pupil, at)
    wanted = list(dict.fromkeys(sections))
    most = current(ElectivesProfile).list_length
    if len(wanted) > most:
        raise Refused(f"最多填 {most} 个志愿。")
    found = {one.pk: one for one in section_rows(round_.sections.filter(pk__in=wanted))}
    if len(found) < len(wanted) or not all(may_choose(one, home) for one in found.values()):
        raise Refused("有的课程不在你的选课菜单里，请刷新后再选。")
    _check_free(round_, pupil, home, [found[pk] for pk in wanted], at)
    ballot = _ballot(round_, pupil, at)
    Choice.objects.bulk_create(
        Choice(ballot=ballot, rank=rank, section_id=pk) for rank, pk in enumerate(wanted, 1)
    )
    record("electives.list.saved", ballot, actor=by, at=at, detail={"sections": wanted})
    return ballot


def _check_free(
    round_: Round, pupil: Person, home: Enrolment, sections: Sequence[Section], at: datetime
) -> None:
    busy = busy_of(round_, pupil, home, timezone.localdate(at))
    for one in sections:
        if times.clash(one, busy):
            raise Refused(f"“{one.offer.title}”与你的课表时间冲突（到外校还要算上路程）。")


@transaction.atomic
def save_lists(
    round_: Round, lists: Mapping[int, Sequence[int]], *, by: Actor | None, at: datetime
) -> int:
    """Save the first lists of many pupils (by id), as a class hands them in on paper.

    Returns:
        How many were saved; pupils who have a list already keep theirs.

    Raises:
        Refused: see `save_list`; nothing is written.
    """
    if not round_.open_at(at):
        raise Refused("现在不是这一轮的选课时间。")
    today, most = timezone.localdate(at), current(ElectivesProfile).list_length
    Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    done = set(round_.ballots.values_list("pupil", flat=True))
    fresh = {pupil: wanted for pupil, wanted in lists.items() if pupil not in done}
    invited = set(roll_of(round_, today).values_list("pupil", flat=True))
    homes = times.homes(fresh, today)
    menu = {one.pk: one for one in section_rows(round_.sections.all())}
    lessons = times.class_spans(round_.term, {h.school_class_id for h in homes.values()}, today)
    held = times.held_spans(round_, fresh)
    for pupil, wanted in fresh.items():
        if pupil not in invited:
            raise Refused("名单里有不参加这一轮的学生。")
        busy = lessons.get(homes[pupil].school_class_id, ()) + held.get(pupil, ())
        for pk in wanted:
            if pk not in menu or not may_choose(menu[pk], homes[pupil]):
                raise Refused(f"{homes[pupil].school_class.name}有志愿不在选课菜单里。")
            if times.clash(menu[pk], busy):
                raise Refused(f"“{menu[pk].offer.title}”与学生的课表时间冲突。")
        if len(set(wanted)) < len(wanted) or len(wanted) > most:
            raise Refused(f"志愿不能重复，最多 {most} 个。")
    last: int = round_.ballots.aggregate(last=Max("number"))["last"] or 0
    ballots = Ballot.objects.bulk_create(
        [
            Ballot(round=round_, pupil_id=pupil, number=number, saved_at=at)
            for number, pupil in enumerate(fresh, start=last + 1)
        ],
        batch_size=500,
    )
    Choice.objects.bulk_create(
        [
            Choice(ballot=ballot, rank=rank, section_id=pk)
            for ballot in ballots
            for rank, pk in enumerate(fresh[ballot.pupil_id], start=1)
        ],
        batch_size=500,
    )
    record("electives.lists.entered", round_, actor=by, at=at, detail={"count": len(ballots)})
    return len(ballots)


@transaction.atomic
def save_subjects(
    round_: Round, pupil: Person, codes: Sequence[str], *, by: Actor | None, at: datetime
) -> Ballot:
    """Save which subjects of the round's scheme a pupil takes.

    Raises:
        Refused: the round is not open, or a group of the scheme has too few or too many.
    """
    _open_home(round_, pupil, at)
    wanted = list(dict.fromkeys(codes))
    scheme = scheme_of(round_)
    for group in scheme.groups:
        picked = [code for code in wanted if code in group.subjects]
        if len(picked) != group.pick:
            raise Refused(f"“{group.name}”要选 {group.pick} 门，现在选了 {len(picked)} 门。")
    known = {code for group in scheme.groups for code in group.subjects}
    if not set(wanted) <= known:
        raise Refused("有的学科不在选科方案里。")
    ballot = _ballot(round_, pupil, at)
    Choice.objects.bulk_create(
        Choice(ballot=ballot, rank=rank, subject_id=code) for rank, code in enumerate(wanted, 1)
    )
    record("electives.list.saved", ballot, actor=by, at=at, detail={"subjects": wanted})
    return ballot


def _open_home(round_: Round, pupil: Person, at: datetime) -> Enrolment:
    if not round_.open_at(at):
        raise Refused("现在不是这一轮的选课时间。")
    home = home_in(round_, pupil, timezone.localdate(at))
    if home is None:
        raise Refused("这一轮选课不面向你的班级。")
    return home


def _ballot(round_: Round, pupil: Person, at: datetime) -> Ballot:
    """The pupil's list, emptied; a change takes the guardian's agreement back."""
    # The round is held, so that two first lists do not take the same number.
    Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    ballot = Ballot.objects.filter(round=round_, pupil=pupil).first()
    if ballot is None:
        last: int | None = round_.ballots.aggregate(last=Max("number"))["last"]
        return Ballot.objects.create(round=round_, pupil=pupil, number=(last or 0) + 1, saved_at=at)
    ballot.choices.all().delete()
    ballot.saved_at, ballot.agreed_at, ballot.agreed_by = at, None, None
    ballot.save(update_fields=["saved_at", "agreed_at", "agreed_by"])
    return ballot


@transaction.atomic
def agree(ballot: Ballot, *, by: Actor, at: datetime) -> None:
    """A guardian agrees to the list as it stands.

    Raises:
        Refused: the round is closed, the list is empty, or agreed to already.
    """
    if not ballot.round.open_at(at):
        raise Refused("选课已经截止。")
    if not ballot.choices.exists():
        raise Refused("选课单还是空的。")
    rows = Ballot.objects.filter(pk=ballot.pk, agreed_at=None, saved_at=ballot.saved_at)
    if not rows.update(agreed_by=by.person, agreed_at=at):
        raise Refused("选课单已经同意过，或刚刚改过，请刷新后再看。")
    ballot.refresh_from_db()
    record("electives.list.agreed", ballot, actor=by, at=at)
