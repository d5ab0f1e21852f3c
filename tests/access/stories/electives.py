"""Course choice in the story: one round over and taught, one open, one of subjects, one draft."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.tests.make import GRADE_5, MUSIC
from tongke.teaching.electives.models import Ballot, Offer, Round, Seat, Section, SectioningRun
from tongke.teaching.electives.profile import ElectivesProfile
from tongke.teaching.electives.services import ballots, drawing, offers, opening, rounds, sectioning
from tongke.teaching.electives.services.offers import OfferText, SectionPlan
from tongke.teaching.electives.services.rounds import RoundPlan
from tongke.teaching.timetable.models import Listener
from tongke.teaching.timetable.tests.make import Scene, subject


def tell(scene: Scene, now: datetime) -> None:
    """Write everything; the deer bay's pupil is in the section that is taught."""
    taught, waiting = _section(scene, "合唱团", 2, now), _section(scene, "竖笛社", 4, now)
    _section(scene, "草稿课", 3, now, publish=False)
    offers.submit_offer(_offer(scene, "待审课", now), by=scene.cast.teacher, at=now)
    at = now - timedelta(days=10)
    done = _round(scene, "第一轮", at, at + timedelta(days=2), taught)
    pupil = scene.cast.pupil.person
    ballots.save_list(done, pupil, [taught.pk], by=scene.cast.pupil, at=at + timedelta(hours=1))
    later = at + timedelta(days=3)
    by = scene.cast.timetabler
    drawing.draw(done, "19 8", by=by, at=later)
    drawing.publish_result(done, by=by, at=later)
    opening.start_round(done, by=by, at=later)
    opened = _round(
        scene, "第二轮", now - timedelta(hours=1), now + timedelta(days=2), waiting,
        starts=now + timedelta(days=3),
    )  # fmt: skip
    ballots.save_list(opened, pupil, [waiting.pk], by=scene.cast.pupil, at=now)
    subjects = _round(scene, "选科", at, at + timedelta(days=2), scheme="3+1+2")
    codes = [
        code
        for group in current(ElectivesProfile).schemes[0].groups
        for code in group.subjects[: group.pick]
    ]
    ballots.save_subjects(subjects, pupil, codes, by=None, at=at + timedelta(hours=1))
    limits = sectioning.Limits(bands=3, least=1, most=40)
    sectioning.ask(subjects, scene.cast.deer_bay, limits, by=by, at=now)


def _offer(scene: Scene, title: str, now: datetime) -> Offer:
    cast = scene.cast
    text = OfferText(
        title=title, kind=Offer.Kind.CLUB, form=Offer.Form.ONLINE, reach=Offer.Reach.REGION,
        subject=subject(MUSIC), grades=list(Grade.objects.filter(pk=GRADE_5)), summary=title,
    )  # fmt: skip
    at = now - timedelta(days=20)
    offer = offers.draft_offer(
        scene.term, cast.centre, cast.teacher.person, text, by=cast.teacher, at=at
    )
    _add(scene, offer, 5, at)
    return offer


def _add(scene: Scene, offer: Offer, weekday: int, at: datetime) -> Section:
    plan = SectionPlan(
        teacher=scene.cast.teacher.person, room=None, seats=4, reserved=1,
        times=[(weekday, time(17, 10), time(17, 50))],
    )  # fmt: skip
    return offers.add_section(offer, plan, by=scene.cast.teacher, at=at)


def _section(
    scene: Scene, title: str, weekday: int, now: datetime, *, publish: bool = True
) -> Section:
    offer = _offer(scene, title, now)
    section = offer.sections.get()
    section.times.update(weekday=weekday)
    if publish:
        offers.submit_offer(offer, by=scene.cast.teacher, at=now)
        offers.publish_offer(offer, by=scene.cast.head, at=now)
    return section


def _round(
    scene: Scene, title: str, opens: datetime, closes: datetime, *sections: Section,
    scheme: str = "", starts: datetime | None = None,
) -> Round:  # fmt: skip
    cast = scene.cast
    day = timezone.localdate(starts or closes + timedelta(days=1))
    plan = RoundPlan(
        title=title, scheme=scheme, grades=list(Grade.objects.filter(pk=GRADE_5)),
        schools=[cast.centre, cast.deer_bay, cast.stone_bridge], opens_at=opens, closes_at=closes,
        starts_on=day, ends_on=day + timedelta(days=28), least=0, most=1,
        public_source="次日气温",
    )  # fmt: skip
    made = rounds.create_round(scene.term, cast.centre, plan, by=cast.timetabler, at=opens)
    rounds.set_menu(made, sections, by=cast.timetabler, at=opens)
    rounds.open_round(made, by=cast.timetabler, at=opens)
    return made


def offer(title: str) -> Offer:
    """An offer of the story."""
    return Offer.objects.get(title=title)


def section(title: str) -> Section:
    """The section of an offer of the story."""
    return Section.objects.get(offer__title=title)


def round_(title: str) -> Round:
    """A round of the story."""
    return Round.objects.get(title=title)


def ballot() -> Ballot:
    """The deer bay pupil's list in the open round."""
    return Ballot.objects.get(round__title="第二轮")


def seat() -> Seat:
    """The deer bay pupil's seat."""
    return Seat.objects.get()


def run() -> SectioningRun:
    """The search for sections."""
    return SectioningRun.objects.get()


def side() -> Listener:
    """The deer bay's listening side of the section that is taught."""
    return Listener.objects.get(course__section__offer__title="合唱团")
