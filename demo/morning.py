"""What lies on the tables this morning: today's slides, duties, read messages, replies."""

from datetime import timedelta

from demo import names
from demo.joint import CoursePlan
from demo.world import World, at
from tongke.core import messages
from tongke.core.models import Message
from tongke.engines.learning import services as learning
from tongke.engines.learning.models import Recommendation
from tongke.engines.library import services as library
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum import data
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.models import Account, Person
from tongke.foundation.people.roles import Role
from tongke.teaching.classroom.models import ProtocolItem
from tongke.teaching.classroom.queries.forgotten import without_duties
from tongke.teaching.classroom.services import protocol, slides
from tongke.teaching.timetable.models import Course, Lesson

_AHEAD = timedelta(days=14)
_MOST_LINES = 6
_SAID = ("done", "done", "started", "known")


def prepare_lessons(world: World, plans: list[CoursePlan], made: dict[str, Course]) -> None:
    """Duties of the next two weeks, and the slides of the leading course's next lesson."""
    evening = world.clock.last_evening
    protocol.instantiate_many(list(without_duties(evening, _AHEAD)))
    leading = made[plans[0].key]
    lesson = (
        Lesson.objects.filter(course=leading, day__gte=world.clock.today)
        .select_related("unit", "course__host_school")
        .order_by("starts_at")[0]
    )
    assert lesson.day == world.clock.today
    _write_slides(world, lesson)
    ready = ProtocolItem.objects.filter(lesson=lesson, code="prepare-host-1")
    for item in ready:
        protocol.tick(
            item, by=world.teaching(lesson.teacher, evening.date()), at=evening,
            text="教学设计已写好：先复习上节课的节奏，再分组学唱，最后各班展示。",
        )  # fmt: skip


def _write_slides(world: World, lesson: Lesson) -> None:
    """A title, the explaining page of each key point in lines, and what pupils do."""
    evening = world.clock.last_evening - timedelta(minutes=40)
    by = world.teaching(lesson.teacher, evening.date())
    bodies = {row.key_point: row.body for row in data.pages()}
    points = list(KeyPoint.objects.filter(unit=lesson.unit).order_by("seq"))
    pages = [(lesson.title, ["五年级音乐　联合课", "听一听、唱一唱、比一比"])]
    pages += [(point.title, _lines(bodies.get(point.code, ""))) for point in points]
    pages.append(
        ("分组展示", ["每班推选四人，唱刚才的乐句。", "其他班听：节奏稳不稳，强弱清不清楚。"])
    )
    for number, (heading, lines) in enumerate(pages):
        slides.add_text(
            lesson,
            heading,
            lines or ["跟老师一起学"],
            by=by,
            at=evening + timedelta(minutes=number),
        )


def _lines(body: str) -> list[str]:
    """The sentences of a page, short enough to be read from the last row."""
    plain = body.replace("**", "").replace("- ", "")
    parts = [part.strip() for part in plain.replace("。", "。\n").splitlines()]
    return [part for part in parts if 0 < len(part) <= 60][:_MOST_LINES]


def read_messages(world: World) -> None:
    """Everybody has read what came so far; only the newest homework is still news."""
    news = Message.objects.filter(read_at=None).order_by("pk")
    newest = dict(news.filter(kind="homework.set").values_list("account", "pk"))
    old: dict[int, list[int]] = {}
    for account, pk in news.values_list("account", "pk"):
        if newest.get(account) != pk:
            old.setdefault(account, []).append(pk)
    accounts = Account.objects.in_bulk(list(old))
    for account, read in sorted(old.items()):
        messages.mark_read(accounts[account], read, at=world.clock.last_evening)


def answer_advice(world: World) -> int:
    """About half of the pupils did something with a recommendation; one of them asks."""
    open_advice = Recommendation.objects.filter(state="open").select_related("pupil", "key_point")
    told: set[int] = set()
    asked = False
    for advice in open_advice.order_by("pk"):
        chance = names.lot("advice", advice.pupil.number, advice.key_point.code)
        if advice.pupil_id in told or chance.random() > 0.5 or _is_cast(world, advice.pupil):
            continue
        told.add(advice.pupil_id)
        moment = at(world.clock.last_evening.date(), f"19:{chance.randint(10, 59)}")
        by = world.acting(advice.pupil, Role.PUPIL, moment.date())
        library.visit(Resource.objects.get(pk=advice.resource_id), by=by, at=moment)
        state, note = chance.choice(_SAID), ""
        if not asked and len(told) == 3:
            state, note, asked = "asked", "强拍和次强拍听不出来，怎么办？", True
        later = moment + timedelta(minutes=4)
        learning.respond(advice, state, by=by, at=later, note=note)
    return len(told)


def _is_cast(world: World, person: Person) -> bool:
    return any(one.pk == person.pk for one in world.cast.values())
