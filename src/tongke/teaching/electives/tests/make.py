"""Makers for tests of course choice: a robot club on line, a choir to come to, one open round."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from tongke.foundation.curriculum.models import Grade
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.foundation.people.tests.make import GRADE_5, MUSIC, ZONE, acting
from tongke.teaching.electives.models import Offer, Round, Section
from tongke.teaching.electives.services import ballots, drawing, offers, opening, rounds
from tongke.teaching.electives.services.offers import OfferText, SectionPlan
from tongke.teaching.electives.services.rounds import RoundPlan
from tongke.teaching.timetable.tests.make import Scene, make_scene, subject

ROBOTS, CHOIR = "SB0506", MUSIC
BEGIN = datetime(2026, 9, 7, 8, 0, tzinfo=ZONE)
DURING = BEGIN + timedelta(days=1)
CLOSE = datetime(2026, 9, 11, 18, 0, tzinfo=ZONE)
AFTER = CLOSE + timedelta(hours=1)
FIRST_DAY, LAST_DAY = date(2026, 9, 14), date(2026, 12, 18)
AFTERNOON = (time(16, 10), time(17, 0))


@dataclass(frozen=True)
class Choice:
    """A round with two sections: robots on line on Tuesdays, choir at the centre on Thursdays."""

    scene: Scene
    round: Round
    robots: Section
    choir: Section

    @property
    def pupils(self) -> list[Person]:
        """Those who choose: of the centre, the deer bay and the stone bridge."""
        cast = self.scene.cast
        return [*cast.centre_pupils, *cast.deer_pupils, *cast.stone_pupils]


def grades(*codes: str) -> QuerySet[Grade]:
    """Grades by code; the fifth unless named."""
    return Grade.objects.filter(pk__in=codes or [GRADE_5])


def make_offer(
    scene: Scene, title: str, *, form: str = Offer.Form.ONLINE, code: str = ROBOTS,
    reach: str = Offer.Reach.REGION,
) -> Offer:  # fmt: skip
    """A draft of the centre's music teacher."""
    text = OfferText(
        title=title, kind=Offer.Kind.CLUB, form=form, reach=reach, subject=subject(code),
        grades=list(grades()), summary=f"{title}，从零开始。",
    )  # fmt: skip
    cast = scene.cast
    return offers.draft_offer(
        scene.term, cast.centre, cast.teacher.person, text, by=cast.teacher, at=BEGIN
    )


def make_section(
    scene: Scene, offer: Offer, *, weekday: int = 2, seats: int = 3, reserved: int = 0
) -> Section:
    """A section after school, taught by the music teacher."""
    plan = SectionPlan(
        teacher=scene.cast.teacher.person, room=scene.studio, seats=seats, reserved=reserved,
        times=[(weekday, *AFTERNOON)],
    )  # fmt: skip
    return offers.add_section(offer, plan, by=scene.cast.teacher, at=BEGIN)


def publish(scene: Scene, offer: Offer) -> None:
    """Submitted by the teacher, let on the menu by the head."""
    offers.submit_offer(offer, by=scene.cast.teacher, at=BEGIN)
    offers.publish_offer(offer, by=scene.cast.head, at=BEGIN)


def plan_of(scene: Scene, *, most: int = 1, scheme: str = "", title: str = "社团选课") -> RoundPlan:
    """Grade five of three schools, a week to choose."""
    cast = scene.cast
    return RoundPlan(
        title=title, scheme=scheme, grades=list(grades()),
        schools=[cast.centre, cast.deer_bay, cast.stone_bridge], opens_at=BEGIN, closes_at=CLOSE,
        starts_on=FIRST_DAY, ends_on=LAST_DAY, least=0, most=most,
        public_source="截止次日县气象台公布的最高气温和最低气温",
    )  # fmt: skip


def make_round(
    scene: Scene | None = None, *, most: int = 1, seats: int = 3, reserved: int = 0
) -> Choice:
    """An open round of two sections."""
    scene = scene or make_scene()
    robots = make_offer(scene, "机器人社")
    choir = make_offer(scene, "童声合唱", form=Offer.Form.OFFLINE, code=CHOIR)
    first = make_section(scene, robots, seats=seats, reserved=reserved)
    second = make_section(scene, choir, weekday=4, seats=seats)
    for each in (robots, choir):
        publish(scene, each)
    by = scene.cast.timetabler
    made = rounds.create_round(
        scene.term, scene.cast.centre, plan_of(scene, most=most), by=by, at=BEGIN
    )
    rounds.set_menu(made, [first, second], by=by, at=BEGIN)
    rounds.open_round(made, by=by, at=BEGIN)
    return Choice(scene, made, first, second)


def choose(one: Choice, pupil: Person, *sections: Section) -> None:
    """A pupil's whole list."""
    ballots.save_list(
        one.round, pupil, [each.pk for each in sections], by=acting_as(pupil), at=DURING
    )


def acting_as(pupil: Person) -> Actor:
    """The pupil, signed in."""
    return acting(pupil, Role.PUPIL)


def drawn(one: Choice, value: str = "19 8") -> Choice:
    """Everybody wants robots before the choir; the seats are given and told."""
    for pupil in one.pupils:
        choose(one, pupil, one.robots, one.choir)
    by = one.scene.cast.timetabler
    drawing.draw(one.round, value, by=by, at=AFTER)
    drawing.publish_result(one.round, by=by, at=AFTER)
    return one


def started(one: Choice) -> Choice:
    """As `drawn`, with rolls and lessons."""
    drawn(one)
    opening.start_round(one.round, by=one.scene.cast.timetabler, at=AFTER)
    for each in (one.robots, one.choir):
        each.refresh_from_db()
    return one
