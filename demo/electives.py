"""After-school courses of three schools: a round that is over, with results, and one open now."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from demo.world import School, World, at
from tongke.foundation.curriculum.models import Grade, Subject
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Person
from tongke.foundation.people.roles import Role
from tongke.teaching.electives.models import Offer, Round, Section
from tongke.teaching.electives.queries.meetings import lessons_of, roll_on
from tongke.teaching.electives.services import (
    ballots,
    drawing,
    meetings,
    offers,
    opening,
    rounds,
)
from tongke.teaching.electives.services.meetings import NewResult
from tongke.teaching.electives.services.offers import OfferText, SectionPlan
from tongke.teaching.electives.services.rounds import RoundPlan

_GRADES = ("13", "14", "15", "16")
_ONLINE, _OFFLINE = (time(16, 50), time(17, 30)), (time(17, 10), time(17, 50))
_FIRST, _SECOND = "上半学期社团课", "下半学期社团课"
_WORDS = ("肯动手，作品完成得好", "上课专心，进步明显", "愿意帮助同学", "再大胆一些会更好")


@dataclass(frozen=True)
class Club:
    """A course of a teacher of the cast, its weekday and seats."""

    login: str
    title: str
    subject: str
    weekday: int
    seats: int
    reserved: int
    form: str
    summary: str
    needs: str = ""


_FIRST_CLUBS = (
    Club("xiang", "图形化编程", "SB0506", 2, 24, 8, "online",
         "用积木块编一个会动的小故事，各校同上。"),
    Club("qi", "家乡的鸟", "SB0404", 4, 24, 8, "online",
         "认二十种家乡的鸟，做一本观察手册。"),
    Club("luo", "古诗吟诵", "SB0101", 3, 20, 4, "online",
         "把课本里的古诗唱出来、吟出来。"),
)  # fmt: skip
_SECOND_CLUBS = (
    Club("xiang", "机器人入门", "SB0506", 2, 24, 8, "online",
         "从点亮一盏小灯开始，做一辆会避障的小车。", "会用鼠标和键盘"),
    Club("shen", "童声合唱", "SB0602", 3, 30, 6, "online",
         "学三首家乡童谣的二声部合唱，期末连线演出。"),
    Club("wang", "剪纸与窗花", "SB0603", 2, 20, 6, "offline",
         "一把剪刀一张红纸，剪出过年的窗花。"),
    Club("qi", "小小气象站", "SB0404", 4, 24, 8, "online",
         "自己做雨量筒和风向标，记一个月的天气。"),
    Club("ji", "英语绘本剧", "SB0102", 4, 20, 5, "online",
         "把一本英语绘本排成短剧。", "认识二十六个字母"),
    Club("luo", "古诗吟诵进阶", "SB0101", 5, 20, 4, "online",
         "把学过的古诗排成一台吟诵会。"),
)  # fmt: skip


def offer_and_choose(world: World) -> None:
    """Everything in the order in which it happened; deterministic."""
    schools = _schools(world)
    chance = random.Random(39)
    clock = world.clock
    first = _menu(world, _FIRST_CLUBS, clock.before)
    begins = at(clock.starts_on, "08:00")
    done = _round(
        world, schools, _FIRST, begins, begins + timedelta(days=3, hours=10), first,
        clock.monday(2), clock.monday(11) + timedelta(days=6),
    )  # fmt: skip
    _choose(done, schools, first, begins + timedelta(days=1), chance, share=0.28)
    mine = world.cast["xiaohe"]
    if not done.ballots.filter(pupil=mine).exists():
        ballots.save_list(done, mine, [first[1].pk], by=None, at=begins + timedelta(days=2))
    by, told = _manager(world, begins.date()), begins + timedelta(days=4)
    drawing.draw(done, "27 18", by=by, at=told)
    drawing.publish_result(done, by=by, at=told + timedelta(hours=1))
    opening.start_round(done, by=by, at=told + timedelta(hours=2))
    for club, section in zip(_FIRST_CLUBS, first, strict=True):
        _teach(world, club, Section.objects.get(pk=section.pk), chance)
    _open(world, schools, chance)


def _open(world: World, schools: Sequence[School], chance: random.Random) -> None:
    clock = world.clock
    second = _menu(world, _SECOND_CLUBS, clock.last_evening - timedelta(days=6))
    opens = at(clock.today - timedelta(days=2), "08:00")
    now = _round(
        world, schools, _SECOND, opens, at(clock.today + timedelta(days=4), "18:00"), second,
        clock.monday(15), clock.monday(19) + timedelta(days=6),
    )  # fmt: skip
    mine = world.cast["xiaohe"]
    _choose(now, schools, second, opens + timedelta(hours=5), chance, share=0.3, without=mine)


def _schools(world: World) -> list[School]:
    """The leading centre and two of its points, that of the cast's pupil among them."""
    group = world.groups[0]
    points = sorted(group.points, key=lambda spec: spec.key not in {"石笋坪", "鹿回湾"})
    return [world.schools[spec.key] for spec in (group.centre, *points[:2])]


def _manager(world: World, day: date) -> Actor:
    return world.planning(world.schools[world.groups[0].centre.key], day)


def _menu(world: World, clubs: Sequence[Club], moment: datetime) -> list[Section]:
    """The offers, each approved by the head of its school."""
    grades = list(Grade.objects.filter(pk__in=_GRADES))
    found = []
    for club in clubs:
        teacher = world.cast[club.login]
        by = world.teaching(teacher, moment.date())
        school = by.organisation
        text = OfferText(
            title=club.title, kind=Offer.Kind.CLUB, reach=Offer.Reach.REGION, grades=grades,
            form=club.form,
            subject=Subject.objects.get(pk=club.subject), summary=club.summary,
            prerequisites=club.needs,
        )  # fmt: skip
        offer = offers.draft_offer(world.running, school, teacher, text, by=by, at=moment)
        starts, ends = _ONLINE if club.form == Offer.Form.ONLINE else _OFFLINE
        plan = SectionPlan(
            teacher=teacher, room=None, seats=club.seats, reserved=club.reserved,
            times=[(club.weekday, starts, ends)],
        )  # fmt: skip
        found.append(offers.add_section(offer, plan, by=by, at=moment))
        offers.submit_offer(offer, by=by, at=moment)
        mine = next(one for one in world.schools.values() if one.organisation.pk == school.pk)
        if mine.head is not None:
            head = world.acting(mine.head, Role.HEAD, moment.date())
        else:
            centre = world.schools[world.groups[0].centre.key]
            assert centre.head is not None
            head = world.acting(centre.head, Role.HEAD, moment.date())
        offers.publish_offer(offer, by=head, at=moment + timedelta(hours=5))
    return found


def _round(
    world: World, schools: Sequence[School], title: str, opens: datetime, closes: datetime,
    sections: Sequence[Section], since: date, until: date,
) -> Round:  # fmt: skip
    by = _manager(world, opens.date())
    plan = RoundPlan(
        title=title, scheme="", grades=list(Grade.objects.filter(pk__in=_GRADES)),
        schools=[one.organisation for one in schools], opens_at=opens, closes_at=closes,
        starts_on=since, ends_on=until, least=0, most=1,
        public_source="截止次日县气象台公布的最高气温和最低气温",
    )  # fmt: skip
    before = opens - timedelta(hours=12)
    made = rounds.create_round(world.running, by.organisation, plan, by=by, at=before)
    rounds.set_menu(made, sections, by=by, at=before)
    rounds.open_round(made, by=by, at=before)
    return made


def _choose(
    round_: Round, schools: Sequence[School], sections: Sequence[Section], moment: datetime,
    chance: random.Random, *, share: float, without: Person | None = None,
) -> None:  # fmt: skip
    """Some pupils of each class hand in lists; the points' pupils more often than the town's."""
    number, lists = 0, dict[int, list[int]]()
    for school in schools:
        for (grade, _), pupils in sorted(school.pupils.items()):
            for pupil in pupils if grade in _GRADES else ():
                if pupil == without or chance.random() > (share if number % 2 else share * 0.7):
                    continue
                number += 1
                wanted = chance.sample(list(sections), k=min(len(sections), 2 + number % 2))
                if school is not schools[0]:
                    wanted = [each for each in wanted if each.offer.form == Offer.Form.ONLINE]
                lists[pupil.pk] = [each.pk for each in wanted]
    ballots.save_lists(round_, lists, by=None, at=moment)


def _teach(world: World, club: Club, section: Section, chance: random.Random) -> None:
    """Ten meetings with presence, and results at the end."""
    by = world.teaching(world.cast[club.login], world.clock.today)
    for lesson in lessons_of(section).filter(ends_at__lt=world.clock.last_evening):
        roll = roll_on(section, lesson.day)
        away = {
            pupil: chance.choice(("absent", "leave", "late"))
            for pupil in roll if chance.random() < 0.09
        }  # fmt: skip
        meetings.enter_presence(
            section, lesson, away, by=by, at=lesson.ends_at + timedelta(minutes=5)
        )
    results = [
        NewResult(pupil=pupil, level=level, score=Decimal(score), words=chance.choice(_WORDS))
        for pupil in sorted(roll_on(section, None))
        for level, score in [chance.choice((("A", 95), ("A", 91), ("B", 86), ("B", 82), ("C", 70)))]
    ]
    day = timezone.make_aware(datetime.combine(world.clock.monday(11), time(18)))
    meetings.enter_results(section, results, by=by, at=day + timedelta(days=4))
