"""What every school says of AI, coding, maker and STEM courses, by the step of its area."""

from datetime import timedelta

from demo import names
from demo.region import COMPUTING
from demo.world import School, World, at
from tongke.core.profile import current
from tongke.foundation.curriculum.models import Grade
from tongke.teaching.timetable.profile import TimetableProfile
from tongke.teaching.timetable.services import rollout
from tongke.teaching.timetable.services.rollout import Report

_OFFERS = {"city": 0.85, "town": 0.5, "village": 0.2}
_TELLS = {"city": 1.0, "town": 0.9, "village": 0.75}
_TOOLS = {"ai": "编程平板", "coding": "学生电脑", "maker": "创客工具箱", "stem": "科学探究箱"}


def report_all(world: World) -> int:
    """Reports of the second teaching week; a part of the village schools has not said anything."""
    grades, count = {each.code: each for each in Grade.objects.all()}, 0
    courses = current(TimetableProfile).rollout_courses
    for school in world.schools.values():
        taught = {grade for grade, _ in school.classes}
        if names.lot("rollout", school.spec.key).random() > _TELLS[school.spec.area]:
            continue
        for course in courses:
            chance = names.lot("rollout", school.spec.key, course.code)
            offers = chance.random() < _OFFERS[school.spec.area]
            for code in course.grades:
                if code in taught:
                    _report(world, school, course.code, grades[code], offers=offers)
                    count += 1
    return count


def _report(world: World, school: School, course: str, grade: Grade, *, offers: bool) -> None:
    day = world.clock.monday(2) + timedelta(days=3)
    chance = names.lot("rollout", school.spec.key, course, grade.code)
    posts = school.staffing.posts
    able = [post.number for post in posts if post.main == COMPUTING] or [posts[0].number]
    trained = chance.random() < 0.8
    said = Report(
        course=course, grade=grade, periods=1 if offers else 0,
        teacher=school.teachers[able[0]] if offers else None, trained=trained,
        equipment=f"{_TOOLS[course]} {chance.randint(4, 20)} 套" if offers else "",
        note="" if offers else "缺教师和设备，计划明年开设。",
    )  # fmt: skip
    rollout.report(
        world.running, school.organisation, said, by=world.planning(school, day),
        at=at(day, "15:40"),
    )  # fmt: skip
