"""The county comes into being: bureau, schools, rooms, the virtual school and its consortia."""

from datetime import timedelta

from demo import cast, names
from demo.region import REGION_CODE, SCARCE, Group, SchoolSpec, Size, groups, others
from demo.staffing import Periods, staff
from demo.world import Clock, School, World, at
from tongke.core.profile import RegionProfile, current
from tongke.engines.communities import services as communities
from tongke.engines.communities.profile import CommunitiesProfile
from tongke.foundation.campus.models import Room
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services.accounts import open_account
from tongke.foundation.people.services.appointments import NewAppointment, appoint
from tongke.foundation.people.services.organisations import NewOrganisation, add_organisations
from tongke.foundation.people.services.persons import NewPerson, add_person

_OFFICES = {
    "research": "教研室", "media": "电教中心", "staff": "人事科", "basic": "基础教育科",
}  # fmt: skip
_UNIFIED = (
    "中心校和教学点执行同一份课程计划；教学点缺的学科由中心校专递补齐。",
    "联合课程的时间由中心校教务员排定，各校按同一份课表上课。",
    "联合课程各班进度相同，每月第一周由教研员核对一次。",
    "每两周集体备课一次，主讲教师主备，听讲教师提出本班学情。",
    "期中、期末用同一套题，成绩只用于改进教学，不排名。",
    "主讲和听讲的课按规则计入工作量，每月公示。",
)


def found(today: Clock, size: Size, periods: Periods) -> World:
    """Found all organisations and the administrator who does the rest."""
    name = current(RegionProfile).name
    plan = groups(size)
    kinds = Organisation.Kind
    rows = [
        NewOrganisation(code=REGION_CODE, name=name, kind=kinds.REGION, level="district",
                        short_name=name),
        NewOrganisation(code="QXJ", name=f"{name}教育局", kind=kinds.BUREAU, level="district",
                        parent=REGION_CODE, short_name="教育局"),
        *(
            NewOrganisation(code=f"QXJ-{number}", name=f"{name}{title}", short_name=title,
                            kind=kinds.OFFICE, level="district", parent="QXJ")
            for number, title in enumerate(_OFFICES.values(), 1)
        ),
        *(_row(spec, REGION_CODE) for spec in (*(each.centre for each in plan), *others(size))),
        *(_row(spec, each.centre.code) for each in plan for spec in each.points),
    ]  # fmt: skip
    made = add_organisations(rows, by=None, at=today.before)
    offices = {key: made[f"QXJ-{number}"] for number, key in enumerate(_OFFICES, 1)}
    world = World(
        clock=today, size=size, groups=plan, region=made[REGION_CODE],
        offices={"bureau": made["QXJ"], **offices},
    )  # fmt: skip
    specs = [spec for each in plan for spec in (each.centre, *each.points)]
    for spec in (*specs, *others(size)):
        world.schools[spec.key] = School(spec, made[spec.code], staff(spec, periods))
    _first_administrator(world)
    return world


def _row(spec: SchoolSpec, parent: str) -> NewOrganisation:
    kind = Organisation.Kind.POINT if spec.is_point else Organisation.Kind.SCHOOL
    return NewOrganisation(
        code=spec.code, name=spec.name, short_name=spec.short, kind=kind,
        level="point" if spec.is_point else "school", parent=parent, area=spec.area, stages="1",
    )  # fmt: skip


def _first_administrator(world: World) -> None:
    """The one who is there before anybody, and on whose behalf the rest is registered."""
    part, start = cast.BUREAU[0], world.clock.before
    new = NewPerson(name=part.name, number="QXJ01", sex=part.sex, phone=names.phone(0))
    person = add_person(new, by=None, at=start)
    post = NewAppointment(
        person=person, organisation=world.offices[part.office], role=Role(part.role),
        since=start.date() - timedelta(days=800),
    )  # fmt: skip
    world.keep([appoint(post, by=None, at=start)])
    world.accounts[person.pk] = open_account(
        person, login=part.login, password=cast.PASSWORD, must_change=False, by=None, at=start
    )
    world.cast[part.login] = person


def add_rooms(world: World) -> None:
    """A classroom for every class, a studio at each centre, a listening room at each point."""
    rooms: list[Room] = []
    for school in world.schools.values():
        for klass, made in school.classes.items():
            seats = max(20, school.spec.sizes[klass] + 3)
            room = Room(school=school.organisation, name=f"{made.name}教室", seats=seats)
            school.rooms[klass] = room
            rooms.append(room)
        school.joint_room = _joint_room(school)
        rooms.append(school.joint_room)
    Room.objects.bulk_create(rooms, batch_size=500)


def _joint_room(school: School) -> Room:
    spec = school.spec
    if spec.is_point:
        return Room(
            school=school.organisation, name="听讲教室", kind="listening", can_listen=True,
            seats=24, line_mbps=spec.mbps, screen="75 英寸大屏",
        )  # fmt: skip
    return Room(
        school=school.organisation, name="录播教室", kind="studio", can_deliver=True,
        can_listen=True, seats=50, line_mbps=spec.mbps, screen="86 英寸互动大屏",
    )  # fmt: skip


def join_schools(world: World) -> None:
    """The virtual school with its rules, and the consortia under it."""
    since = world.clock.starts_on - timedelta(days=365)
    moment = at(since, "10:00")
    by = world.admin(since)
    profile = current(CommunitiesProfile)
    virtual = communities.create_community(
        kind="virtual", name=profile.virtual_school_name, owner=world.offices["bureau"],
        since=since, purpose="统管全县教学共同体的课程、课表和工作量。", by=by, at=moment,
    )  # fmt: skip
    officer = world.cast["ouyang"]
    for number, (item, text) in enumerate(zip(profile.unified_items, _UNIFIED, strict=False)):
        written = number < 4
        communities.set_rule_item(
            virtual, code=item.code, text=text, responsible=officer if written else None,
            state="running" if written else "draft", by=by, at=moment,
        )  # fmt: skip
    for group in world.groups:
        _join(world, group, by)


def _join(world: World, group: Group, by: Actor) -> None:
    since = world.clock.starts_on - timedelta(days=365)
    moment = at(since, "10:30")
    community = communities.create_community(
        kind="consortium", name=group.name, owner=world.schools[group.centre.key].organisation,
        since=since, pattern="centre",
        purpose=f"{group.centre.short}带 {len(group.points)} 个教学点。", by=by, at=moment,
    )  # fmt: skip
    sides = [(group.centre, "centre"), *((point, "listening") for point in group.points)]
    for spec, side in sides:
        communities.join(
            community, world.schools[spec.key].organisation, side=side, since=since, by=by,
            at=moment,
        )  # fmt: skip
    world.communities[group.centre.key] = community


def village_lacks(world: World) -> int:
    """How many subjects the teaching points lack together."""
    points = [school for school in world.schools.values() if school.spec.is_point]
    return sum(len(school.spec.lacks & set(SCARCE)) for school in points)
