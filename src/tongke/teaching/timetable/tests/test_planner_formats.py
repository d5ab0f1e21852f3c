"""Files of other programs: what is read, what is named as not followed, and what is refused."""

import pytest

from tongke.teaching.timetable import planner
from tongke.teaching.timetable.planner import rules
from tongke.teaching.timetable.planner.formats import BadFile, ectt, fet
from tongke.teaching.timetable.planner.model import Activity, Place, Problem, Resource, Rule, Time
from tongke.teaching.timetable.tests.planner_cases import grid

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<fet version="5.30.0"><Institution_Name>青溪小学</Institution_Name>
<Days_List><Number_of_Days>2</Number_of_Days><Day><Name>周一</Name></Day><Day><Name>周二</Name></Day></Days_List>
<Hours_List><Number_of_Hours>3</Number_of_Hours><Hour><Name>1</Name></Hour><Hour><Name>2</Name></Hour>
<Hour><Name>3</Name></Hour></Hours_List>
<Students_List><Year><Name>一年级</Name><Group><Name>1班</Name></Group><Group><Name>2班</Name></Group></Year></Students_List>
<Teachers_List><Teacher><Name>王老师</Name></Teacher></Teachers_List>
<Rooms_List><Room><Name>音乐室</Name><Capacity>50</Capacity></Room></Rooms_List>
"""
LESSONS = """<Activities_List>
<Activity><Teacher>王老师</Teacher><Subject>音乐</Subject><Students>1班</Students><Duration>2</Duration><Id>1</Id>
<Activity_Group_Id>0</Activity_Group_Id><Active>true</Active></Activity>
<Activity><Teacher>王老师</Teacher><Subject>音乐</Subject><Students>一年级</Students><Duration>1</Duration><Id>2</Id>
<Activity_Group_Id>0</Activity_Group_Id><Active>true</Active></Activity>
</Activities_List>"""


LATE = """<ConstraintTeacherIntervalMaxDaysPerWeek><Weight_Percentage>100</Weight_Percentage>
<Teacher>王老师</Teacher><Interval_Start_Hour>1</Interval_Start_Hour><Max_Days_Per_Week>1</Max_Days_Per_Week>
</ConstraintTeacherIntervalMaxDaysPerWeek>"""


def file(times: str = "", rooms: str = "", lessons: str = LESSONS) -> bytes:
    """A whole file with these constraints."""
    lists = f"<Time_Constraints_List>{times}</Time_Constraints_List>"
    lists += f"<Space_Constraints_List>{rooms}</Space_Constraints_List>"
    return f"{HEAD}{lessons}{lists}</fet>".encode()


def test_people_lessons_and_constraints_are_read() -> None:
    away = """<ConstraintTeacherNotAvailableTimes><Weight_Percentage>100</Weight_Percentage>
    <Teacher>王老师</Teacher><Not_Available_Time><Day>周一</Day><Hour>1</Hour></Not_Available_Time>
    </ConstraintTeacherNotAvailableTimes>"""
    days = """<ConstraintMinDaysBetweenActivities><Weight_Percentage>95</Weight_Percentage>
    <Consecutive_If_Same_Day>true</Consecutive_If_Same_Day><Activity_Id>1</Activity_Id>
    <Activity_Id>2</Activity_Id><MinDays>1</MinDays></ConstraintMinDaysBetweenActivities>"""
    room = """<ConstraintActivityPreferredRoom><Weight_Percentage>100</Weight_Percentage>
    <Activity_Id>1</Activity_Id><Room>音乐室</Room></ConstraintActivityPreferredRoom>"""
    problem, notes = fet.load(file(away + days, room))
    assert notes == ()
    one, two = problem.activities
    assert (one.length, [room.key for room in one.rooms], two.rooms) == (2, ["音乐室"], ())
    assert [len(each.classes) for each in (one, two)] == [1, 2]
    kinds = [(type(rule.ask).__name__, rule.weight) for rule in problem.rules]
    assert kinds == [("Unavailable", None), ("DaysApart", 95), ("DaysApart", None)]
    outcome = planner.solve(problem, iterations=500)
    assert (outcome.hard, outcome.soft, len(outcome.timetable)) == (0, 0, 2)


def test_what_is_not_followed_is_named() -> None:
    resting = """<ConstraintTeachersMinRestingHours><Weight_Percentage>100</Weight_Percentage>
    <Minimum_Resting_Hours>4</Minimum_Resting_Hours></ConstraintTeachersMinRestingHours>"""
    _, notes = fet.load(file(resting + resting))
    assert [(note.what, note.count, note.hard) for note in notes] == [
        ("ConstraintTeachersMinRestingHours", 2, True)
    ]
    idle = resting.replace("</Constr", "<Active>false</Active></Constr")
    assert fet.load(file(idle))[1] == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "XML"),
        (file()[:-40], "XML"),
        (b"\xff\xfe\x00", "XML"),
        (b"<html/>", "html"),
        (b"<!DOCTYPE f [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><fet>&b;</fet>", "XML"),
        (b"<fet/>", "1 到"),
        (file().replace("<Teacher>王".encode(), "<Teacher>李".encode()), "不存在的教师"),
        (file().replace("<Students>1班".encode(), "<Students>9班".encode()), "不存在的学生"),
        (file().replace(b"<Duration>2", b"<Duration>9"), "连排 9 节"),
        (file().replace(b"<Duration>2", b"<Duration>two"), "整数"),
        (file().replace(b"<Id>2<", b"<Id>1<"), "重复"),
        (
            file(
                "<ConstraintTeacherMaxDaysPerWeek><Teacher_Name>赵</Teacher_Name>"
                "</ConstraintTeacherMaxDaysPerWeek>"
            ),
            "不存在的教师",
        ),
        (
            file(
                rooms="<ConstraintSubjectPreferredRoom><Subject>音乐</Subject><Room>无</Room>"
                "</ConstraintSubjectPreferredRoom>"
            ),
            "不存在的教室",
        ),
        (
            file(
                rooms="<ConstraintRoomNotAvailableTimes><Room>无</Room>"
                "</ConstraintRoomNotAvailableTimes>"
            ),
            "不存在的教室",
        ),
        (file(LATE.replace("Hour>1<", "Hour>9<")), "节次"),
        (file(LATE.replace("100", "nan")), "权重"),
        (file(LATE.replace("100", "-inf")), "权重"),
        (file().replace("<Name>周二".encode(), "<Name>周一".encode()), "名称重复"),
        (file("<ConstraintBasicCompulsoryTime/>" * 50_001), "超过 50000 条"),
    ],
)
def test_a_broken_file_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        fet.load(data)


def test_what_is_written_is_read_again() -> None:
    who = Resource("teacher", "王", "王")
    rooms = (Resource("room", "音乐室", "音乐室"),)
    activities = tuple(
        Activity(f"x{at}", f"课{at}", "t", "音乐", "a", (Resource("class", "1班"),), (who,), rooms)
        for at in range(3)
    )
    of = rules.Of(tasks=frozenset(["t"]))
    asked = (
        Rule(
            "away", rules.Unavailable(("teacher", "王"), "a", frozenset([Time(0, 0)])), None, "教研"
        ),
        Rule("apart", rules.DaysApart(of), None, "分开"),
    )
    problem = Problem({"a": grid()}, activities, asked, capacity={"音乐室": 40})
    stands = {f"x{at}": Place(Time(at, 1), "音乐室") for at in range(3)}
    again, notes = fet.load(fet.dump(problem, stands))
    assert notes == ()
    assert len(again.activities) == 3
    outcome = planner.solve(again, iterations=200)
    assert outcome.hard == 0
    assert {place.time for place in outcome.timetable.values()} == {
        one.time for one in stands.values()
    }


def test_what_is_written_can_be_read_whatever_the_rules_speak_of() -> None:
    """Somebody without lessons, a time the grid does not have, a room the lesson did not list."""
    group = (Resource("class", "1班"),)
    activities = (
        Activity("x", "课", "t", "音乐", "a", group, rooms=(Resource("room", "甲"),)),
        Activity("y", "课", "t", "音乐", "a", group, fixed=Place(Time(1, 0), "乙")),
    )
    asked = (
        Rule("one", rules.Unavailable(("teacher", "无"), "a", frozenset([Time(0, 0)])), None, ""),
        Rule("two", rules.Unavailable(("class", "1班"), "a", frozenset([Time(6, 0)])), None, ""),
        Rule("far", rules.Unavailable(("class", "1班"), "b", frozenset([Time(0, 0)])), None, ""),
    )
    data = fet.dump(Problem({"a": grid()}, activities, asked), {"x": Place(Time(0, 0), "丙")})
    again, notes = fet.load(data)
    assert notes == ()
    assert [[room.key for room in one.rooms] for one in again.activities] == [["丙"], ["乙"]]
    outcome = planner.solve(again, iterations=100)
    assert outcome.hard == 0
    assert list(outcome.timetable.values()) == [Place(Time(0, 0), "丙"), Place(Time(1, 0), "乙")]


TOY = """Name: Toy
Courses: 2
Rooms: 1
Days: 2
Periods_per_day: 3
Curricula: 1

COURSES:
maths wang 2 2 30 1
music shen 1 1 60 1

ROOMS:
r0 50 1

CURRICULA:
q0 2 maths music

UNAVAILABILITY_CONSTRAINTS:
music 0 0

END.
"""


def test_the_official_cost_is_the_planner_s() -> None:
    """Ten pupils stand, maths has one day instead of two, and music is alone on Tuesday."""
    problem = ectt.load(TOY)
    stands = {
        "maths.0": Place(Time(0, 0), "r0"),
        "maths.1": Place(Time(0, 1), "r0"),
        "music.0": Place(Time(1, 2), "r0"),
    }
    assert ectt.cost(TOY, stands) == ectt.Cost(hard=0, seats=10, days=5, alone=2, rooms=0)
    assert planner.score(problem, stands) == (0, 17)
    outcome = planner.solve(problem, iterations=3000)
    assert outcome.soft == ectt.cost(TOY, outcome.timetable).total == 12
    missing = ectt.cost(TOY, {"music.0": Place(Time(0, 0), "r0")})
    assert missing.hard == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Days: 2", "Days: 0"),
        ("Days: 2", "Days: x"),
        ("Days: 2", "Days: ²"),
        ("Days: 2", "Days: " + "9" * 5000),
        ("r0 50 1", "r0 5² 1"),
        ("maths wang 2", "maths wang 999999"),
        ("Courses: 2", "Courses: 3"),
        ("q0 2 maths music", "q0 2 maths art"),
        ("q0 2 maths music", "q0 3 maths music"),
        ("music 0 0", "music 7 0"),
        ("r0 50 1", "r0 many"),
        ("maths wang 2 2 30 1", "maths wang"),
        ("Name: Toy", ""),
    ],
)
def test_a_broken_instance_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadFile, match=r"\.ectt 文件"):
        ectt.load(TOY.replace(old, new))
