"""The story that the matrix asks about, lived through the real services around the present day."""

import base64
import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from tests.access.cast import cast_of
from tests.access.stories import continuity, electives, rollout
from tongke.core import messages
from tongke.core.files import store
from tongke.core.jobs import run_pending, tasks
from tongke.core.models import ImportRun, Job, Message, StoredFile
from tongke.core.spreadsheets import runs
from tongke.core.spreadsheets import tasks as imports
from tongke.engines.communities.models import Community, Membership
from tongke.engines.communities.tests.make import make_consortium, make_virtual
from tongke.engines.learning import services as learning
from tongke.engines.learning.models import Mastery, Overruling, Recommendation
from tongke.engines.library import services as library
from tongke.engines.library.models import Resource
from tongke.foundation.curriculum.models import KeyPoint
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Appointment, Title
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.consents import answer as answer_consent
from tongke.foundation.people.services.titles import NewTitle, report_title
from tongke.foundation.people.tests.make import (
    MUSIC,
    YEAR_START,
    ZONE,
    make_actor,
    make_class,
    world,
)
from tongke.governance.monitor.models import Snapshot
from tongke.governance.monitor.services import compute
from tongke.teaching.assessment import services as bank
from tongke.teaching.assessment.models import Item
from tongke.teaching.classroom.models import ProtocolItem, Session, Slide
from tongke.teaching.classroom.services import answers, protocol, questions, roll, sessions, slides
from tongke.teaching.classroom.tests.make import given
from tongke.teaching.homework.models import Homework, Response, Submission
from tongke.teaching.homework.services import assignments, submissions
from tongke.teaching.timetable.models import Course, Demand, Holiday, Lesson, PlanRun
from tongke.teaching.timetable.services import calendar, planning
from tongke.teaching.timetable.tests.make import (
    ENGLISH,
    Scene,
    ask,
    make_room,
    make_subjects,
    make_term,
    make_textbook,
    publish,
    put,
    ring,
    staff,
    take,
)

ART = "SB0603"
BROKEN = messages.register_kind("access.sample", "访问测试")
# The smallest picture there is: one grey pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Joint:
    """The joint course and what stands around it in the timetable."""

    course: Course
    draft: Course
    demand: Demand
    plan: PlanRun
    holiday: Holiday
    held: Lesson
    planned: Lesson


@dataclass(frozen=True)
class Taught:
    """What the held lesson left behind."""

    session: Session
    slide: Slide
    picture: Slide
    duty: ProtocolItem
    point: KeyPoint
    item: Item
    draft_item: Item
    page: Resource
    homework: Homework
    draft_homework: Homework
    submission: Submission
    response: Response
    mastery: Mastery
    overruling: Overruling
    advice: Recommendation


@dataclass(frozen=True)
class Story:
    """People, and the rows they are asked about."""

    scene: Scene
    actors: dict[str, Actor]
    joint: Joint
    taught: Taught
    virtual: Community
    title: Title
    job: Job
    snapshot: Snapshot
    today: date
    mail: dict[str, Message] = field(default_factory=dict)

    @property
    def world(self) -> Any:
        """The cast of people."""
        return self.scene.cast

    @property
    def membership(self) -> Membership:
        """The teaching point's place in the consortium."""
        return Membership.objects.get(community=self.scene.group, organisation=self.world.deer_bay)

    @property
    def appointment(self) -> Appointment:
        """The delivering teacher's role at the centre."""
        return Appointment.objects.get(person=self.world.teacher.person)

    def run(self, kind: str, who: str, **scope: Any) -> ImportRun:
        """An import of one kind by one actor; its file is no good, the run is there."""
        made = imports.import_kind(kind)
        actor = self.actors[who]
        importer = made.factory(actor, **scope)
        now = timezone.now()
        return runs.dry_run(importer, b"x\n1\n", "名单.csv", kind=kind, by=actor, at=now)


def tell_story() -> Story:
    """Write everything; about two seconds."""
    now = timezone.now()
    scene, deer = _scene(timezone.localdate(now))
    actors = cast_of(scene.cast, deer)
    joint = _joint(scene, now)
    taught = _taught(scene, joint, now)
    title = report_title(
        NewTitle(
            person=scene.cast.teacher.person, organisation=scene.cast.centre, kind="backbone-d",
            subject_code=MUSIC, since=YEAR_START,
        ),
        by=scene.cast.head, at=now,
    )  # fmt: skip
    pupil, guardian = scene.cast.pupil.person, scene.cast.guardian
    answer_consent(
        pupil, guardian.person, "recording", given=True, by=guardian, at=now
    )  # fmt: skip
    job = _dead_job()
    continuity.tell(scene, now)
    rollout.tell(scene, now)
    electives.tell(scene, now)
    run_pending()
    return Story(
        scene=scene, actors=actors, joint=joint, taught=taught,
        virtual=make_virtual(scene.cast), title=title, job=job, snapshot=compute(at=now),
        today=timezone.localdate(now), mail=_mail(actors),
    )  # fmt: skip


def _scene(today: date) -> tuple[Scene, Actor]:
    """As timetable's own scene, in a term that began six weeks ago."""
    cast = world()
    make_subjects()
    ring(cast.centre)
    ring(cast.deer_bay, time(8, 35))
    ring(cast.stone_bridge, time(8, 32))
    ring(cast.far_school)
    monday = today - timedelta(days=today.weekday())
    deer = make_actor(Role.TIMETABLER, cast.deer_bay, name="鹿教务")
    scene = Scene(
        cast=cast, term=make_term(cast.region.region, monday - timedelta(weeks=6), "T-1"),
        group=make_consortium(cast), studio=make_room(cast.centre, "录播教室", deliver=True),
        deer_room=make_room(cast.deer_bay), stone_room=make_room(cast.stone_bridge),
        textbook=make_textbook(), deer_timetabler=deer,
        stone_timetabler=make_actor(Role.TIMETABLER, cast.stone_bridge, name="石教务"),
    )  # fmt: skip
    put(scene, cast.deer_class, (1, 1), (2, 1), teacher=cast.deer_assistant)
    put(scene, cast.centre_class, (1, 1))
    return scene, deer


def _joint(scene: Scene, now: datetime) -> Joint:
    cast, term = scene.cast, scene.term
    before = datetime.combine(term.starts_on - timedelta(days=3), time(10), ZONE)
    music = staff(scene, take(scene, ask(scene), ask(scene, cast.stone_class), periods=1))
    publish(scene, music, before)
    music.refresh_from_db()
    second = ask(scene, make_class(cast.stone_bridge))
    ready = staff(scene, take(scene, second, periods=1), with_class=False)
    plan = planning.plan_slots([ready], organisation=cast.centre, by=cast.timetabler, at=now)
    day = term.starts_on + timedelta(weeks=18, days=2)
    calendar.set_holiday(
        term, day=day, name="校运动会", follows_weekday=None, by=cast.officer, at=now
    )  # fmt: skip
    lessons = Lesson.objects.filter(course=music).order_by("starts_at")
    held = lessons.filter(ends_at__lt=now).last()
    planned = lessons.filter(starts_at__gt=now).first()
    assert held is not None
    assert planned is not None
    return Joint(
        course=music, draft=take(scene, ask(scene, code=ENGLISH), periods=1),
        demand=ask(scene, code=ART), plan=plan, holiday=term.holidays.get(day=day), held=held,
        planned=planned,
    )  # fmt: skip


def _taught(scene: Scene, joint: Joint, now: datetime) -> Taught:
    cast, lesson, teacher = scene.cast, joint.held, scene.cast.teacher
    assert lesson.unit is not None
    point = KeyPoint.objects.create(unit=lesson.unit, code="MUS-1", seq=1, title="一字多音")
    slides_of = _deck(lesson, teacher)
    session, duty = _live(scene, lesson, point)
    page = _page(point, teacher, now)
    items = [_item(point, n, teacher, now) for n in range(1, 5)]
    plan = assignments.Plan(
        title="一字多音练习", minutes=10, due_at=now + timedelta(days=3), items=items
    )
    homework = assignments.draft(lesson, plan, by=teacher, at=lesson.ends_at)
    assignments.give_out(homework, by=teacher, at=lesson.ends_at)
    homework.refresh_from_db()
    draft = assignments.draft(lesson, plan, by=teacher, at=now)
    pupil = cast.pupil.person
    submission = submissions.begin(homework, pupil, at=now)
    submissions.hand_in(submission, {n: ["A"] for n in range(1, 5)}, at=now)
    submission.refresh_from_db()
    run_pending()
    overruling = learning.overrule(pupil, point, "快会了", "课上会唱", by=teacher, at=now)
    learning.push([pupil], point, "", by=teacher, at=now)
    advice = Recommendation.objects.filter(pupil=pupil).latest("at")
    learning.respond(advice, "asked", by=cast.pupil, at=now, note="没听懂")
    response = submission.responses.first()
    assert response is not None
    return Taught(
        session=session, slide=slides_of[0], picture=slides_of[1], duty=duty, point=point,
        item=items[0], draft_item=items[-1], page=page, homework=homework, draft_homework=draft,
        submission=submission, response=response,
        mastery=Mastery.objects.get(pupil=pupil, key_point=point), overruling=overruling,
        advice=advice,
    )  # fmt: skip


def _deck(lesson: Lesson, teacher: Actor) -> tuple[Slide, Slide]:
    at = lesson.starts_at - timedelta(days=1)
    text = slides.add_text(lesson, "茉莉花", ["江苏民歌"], by=teacher, at=at)
    picture = _file("谱例.png", teacher)
    slides.append_pictures(lesson, [picture], by=teacher, at=at)
    return text, Slide.objects.get(deck=text.deck, image=picture)


def _file(name: str, by: Actor) -> StoredFile:
    return store(io.BytesIO(PIXEL), name, by=by.account, kinds=("image",))


def _live(scene: Scene, lesson: Lesson, point: KeyPoint) -> tuple[Session, ProtocolItem]:
    """Open, call the roll, ask one question, end; the point's assistant adds evidence."""
    cast, teacher, bell = scene.cast, scene.cast.teacher, lesson.starts_at
    session = sessions.open_room(lesson, by=teacher, at=bell - timedelta(minutes=5))
    sessions.start(session, by=teacher, at=bell)
    for school_class in (cast.centre_class, cast.deer_class, cast.stone_class):
        roll.call(session, school_class.pk, {}, by=teacher, at=bell)
    new = questions.NewQuestion(
        kind="single", stem="有几处一字多音？", options=("1 处", "2 处"), answer="B",
        key_point=point,
    )  # fmt: skip
    at = bell + timedelta(minutes=10)
    question = questions.ask(session, new, by=teacher, at=at)
    pupil = cast.pupil.person
    answers.store([given(question, pupil, cast.deer_class, "A", at + timedelta(seconds=9))])
    questions.reveal(question, by=teacher, at=at + timedelta(minutes=1))
    end = lesson.ends_at
    sessions.end(session, by=teacher, at=end, held=True, reason="网络测试时没有连线")
    duty = ProtocolItem.objects.filter(
        lesson=lesson, school_class=cast.deer_class, done_at=None
    ).first()  # fmt: skip
    assert duty is not None
    helper = cast.deer_assistant
    protocol.tick(duty, by=helper, at=end, text="已提醒", evidence=_file("照片.png", helper))
    return session, duty


def _page(point: KeyPoint, by: Actor, at: datetime) -> Resource:
    content = library.Content(
        kind=Resource.Kind.PAGE, title="什么是一字多音", body="一个字唱几个音。", seconds=120,
        key_points=[point], file=_file("插图.png", by),
    )  # fmt: skip
    page = library.add(content, by=by, at=at)
    library.publish(page, by=by, at=at)
    return page


def _item(point: KeyPoint, number: int, by: Actor, at: datetime) -> Item:
    content = bank.Content(
        kind="single", stem=f"第 {number} 题：哪一句有一字多音？", options=("第一句", "第二句"),
        answer=("B",), points=2, difficulty=2, explanation="第二句的“花”唱两个音。",
        key_point=point,
    )  # fmt: skip
    return bank.add_item(content, by=by, at=at + timedelta(seconds=number))


def _dead_job() -> Job:
    """A job that failed for good: it asks for a lesson that does not exist."""
    name = "timetable.credit_lesson"
    assert name in {each.name for each in tasks()}
    return Job.objects.create(
        name=name, key="dead", args={"lesson": 0, "revision": 1}, state=Job.State.DEAD,
        run_at=timezone.now(), created_at=timezone.now(), attempts=6, error="LookupError: 0",
    )  # fmt: skip


def _mail(actors: dict[str, Actor]) -> dict[str, Message]:
    found = {}
    for name, actor in actors.items():
        messages.notify(actor.account, BROKEN, "一条消息", key="access")
        found[name] = Message.objects.get(account=actor.account, key="access")
    return found
