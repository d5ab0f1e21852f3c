"""Navigation as data: role → groups → (label, icon, url name, counter)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.urls import reverse

from tongke.core.navigation import NavGroup, NavItem
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.roles import Role
from tongke.gateway.portal import counters


@dataclass(frozen=True)
class Entry:
    """One entry: what it is called, where it leads, what it counts."""

    label: str
    icon: str
    url_name: str
    counter: Callable[[Actor], int] | None = None


Counted = Callable[[Entry], int]

HOME = Entry("工作台", "layout-dashboard", "portal:home")
DUTIES = Entry("规程事项", "list-check", "classroom:protocol-list", counters.duties_due)
LESSONS = Entry("课次", "broadcast", "timetable:lesson-list")
TIMETABLE = Entry("课表", "calendar-time", "timetable:mine")
HOMEWORK = Entry("作业", "clipboard-check", "homework:homework-list")
ANALYSIS = Entry("学情分析", "chart-bar", "learning:class-list")
RESOURCES = Entry("资源", "books", "library:resource-list")
ITEMS = Entry("题库", "list-details", "assessment:item-list")
LEDGER = Entry("工作量", "calculator", "credits:entry-list")
GRAPH = Entry("知识图谱", "hierarchy-3", "curriculum:textbook-list")
GAPS = Entry("开课核验", "calendar-stats", "timetable:gap-list")
DEMANDS = Entry("缺课需求", "bell-ringing", "timetable:demand-list", counters.demands_open)
COURSES = Entry("联合课程", "school", "timetable:course-list", counters.courses_waiting)
REGION_PLANS = Entry("全校排课", "git-compare", "timetable:school-plan-home")
PLANS = Entry("排课", "calendar-cog", "timetable:school-plan-home")
ABSENCES = Entry("调代课", "calendar-user", "timetable:absence-list")
MY_CHANGES = Entry("调代课", "calendar-user", "timetable:change-mine")
BOARD = Entry("今日变动", "calendar-exclamation", "timetable:change-board-mine")
ROUNDS = Entry("选课轮次", "list-numbers", "electives:round-list")
OFFERS = Entry("选课课程", "books", "electives:offer-list")
SECTIONS = Entry("教学班", "users-group", "electives:section-list")
RETURNS = Entry("学生选课情况", "school", "electives:return-list")
MY_CHOICES = Entry("选课", "checkup-list", "electives:mine", counters.lists_open)
NETWORK = Entry("课联网", "topology-star-3", "electives:network")
EMERGENCIES = Entry("应急停课", "urgent", "continuity:emergency-list")
HOME_STUDY = Entry("在家学习", "home-edit", "continuity:class-list")
TODAY_AT_HOME = Entry("在家学习", "home-edit", "continuity:today")
LEAVES = Entry("学生请假", "notes", "continuity:leave-list")
HOMES = Entry("送教上门", "user-heart", "continuity:home-list")
SUSPENSIONS = Entry("停课日", "calendar-off", "timetable:suspension-list")
ROLLOUT = Entry("新课程推进", "robot", "timetable:rollout-list")
CONSORTIA = Entry("教学共同体", "affiliate", "communities:consortium-list")
TITLES = Entry("名师备案", "award", "people:title-list")
PEOPLE = Entry("人员", "users", "people:person-list")
CLASSES = Entry("班级", "users-group", "people:class-list")
SCHOOLS = Entry("机构", "building-community", "people:organisation-list")
ROOMS = Entry("教室", "door", "campus:room-list")
IMPORTS = Entry("名册导入", "file-import", "people:import-home")
BELLS = Entry("作息与校历", "clock", "timetable:bell-list")
INDICATORS = Entry("指标", "gauge", "monitor:dashboard")
SETTINGS = Entry("区域设置", "settings", "portal:settings")
AUDIT = Entry("审计日志", "shield-check", "portal:audit")
JOBS = Entry("后台任务", "refresh", "portal:jobs", counters.dead_jobs)
ACCOUNTS = Entry("账号", "key", "people:account-list")
CONSENTS = Entry("授权管理", "shield-check", "people:consent-list", counters.consents_open)
ADVICE = Entry("再练一练", "bulb", "learning:my-advice", counters.advice_open)
MY_HOMEWORK = Entry("作业", "clipboard-check", "homework:my-homework", counters.homework_open)
CHILD_HOMEWORK = Entry("作业", "clipboard-check", "homework:child-homework")
MESSAGES = Entry("消息", "bell", "portal:messages")

SIDE: dict[Role, tuple[tuple[str, tuple[Entry, ...]], ...]] = {
    Role.PUPIL: (
        ("学习", (Entry("今天", "home", "portal:home"), TIMETABLE, MY_HOMEWORK, ADVICE)),
        ("更多", (MY_CHOICES, TODAY_AT_HOME, RESOURCES, MESSAGES)),
    ),
    Role.GUARDIAN: (
        ("孩子", (Entry("今天", "home", "portal:home"), TIMETABLE, CHILD_HOMEWORK)),
        ("学校事务", (LEAVES, TODAY_AT_HOME, MY_CHOICES)),
        ("更多", (CONSENTS, MESSAGES)),
    ),
    Role.TEACHER: (
        ("教学", (HOME, TIMETABLE, LESSONS, DUTIES, HOMEWORK)),
        ("诊断", (ANALYSIS, GRAPH, ITEMS, RESOURCES)),
        ("选课", (SECTIONS, OFFERS, RETURNS)),
        ("我的", (MY_CHANGES, HOME_STUDY, LEAVES, HOMES)),
        ("更多", (CLASSES, LEDGER, TITLES, MESSAGES)),
    ),
    Role.TIMETABLER: (
        ("开课", (HOME, GAPS, DEMANDS, COURSES, LESSONS)),
        ("课表", (PLANS, TIMETABLE, ABSENCES, BOARD, HOME_STUDY, ROLLOUT)),
        ("选课", (OFFERS, ROUNDS, RETURNS, NETWORK)),
        ("学校", (CLASSES, PEOPLE, ROOMS, BELLS, IMPORTS, ACCOUNTS)),
        ("更多", (CONSORTIA, LEDGER, TITLES, MESSAGES)),
    ),
    Role.HEAD: (
        ("学校", (HOME, GAPS, DEMANDS, COURSES, LESSONS)),
        ("课表", (PLANS, TIMETABLE, ABSENCES, ROLLOUT)),
        ("保障", (EMERGENCIES, LEAVES, HOMES)),
        ("选课", (OFFERS, ROUNDS, RETURNS, NETWORK)),
        ("师资", (PEOPLE, CLASSES, TITLES, LEDGER, ACCOUNTS)),
        ("更多", (ROOMS, BELLS, CONSORTIA, IMPORTS, MESSAGES)),
    ),
    Role.RESEARCHER: (
        ("教研", (HOME, LESSONS, ANALYSIS, GRAPH, ITEMS, RESOURCES)),
        ("区域", (CONSORTIA, COURSES, NETWORK, TITLES, MESSAGES)),
    ),
    Role.OFFICER: (
        ("运行", (HOME, LESSONS, GAPS, DEMANDS, COURSES, CONSORTIA)),
        ("课表", (REGION_PLANS, SUSPENSIONS, ROUNDS, NETWORK)),
        ("保障", (EMERGENCIES, HOMES, ROLLOUT)),
        ("底数", (SCHOOLS, PEOPLE, CLASSES, ROOMS, TITLES, IMPORTS, BELLS)),
        ("监测", (INDICATORS, LEDGER, MESSAGES)),
    ),
    Role.DIRECTOR: (
        ("监测", (HOME, INDICATORS, CONSORTIA, LESSONS, GAPS)),
        ("保障", (EMERGENCIES, NETWORK, ROLLOUT)),
        ("队伍", (TITLES, LEDGER, SCHOOLS, MESSAGES)),
    ),
    Role.SYSADMIN: (
        ("系统", (HOME, SETTINGS, JOBS, AUDIT, ACCOUNTS)),
        ("底数", (SCHOOLS, PEOPLE, CLASSES, ROOMS, IMPORTS, MESSAGES)),
    ),
}

BOTTOM: dict[Role, tuple[Entry, ...]] = {
    Role.PUPIL: (Entry("今天", "home", "portal:home"), TIMETABLE, MY_HOMEWORK, ADVICE, MESSAGES),
    Role.GUARDIAN: (
        Entry("今天", "home", "portal:home"), TIMETABLE, CHILD_HOMEWORK, CONSENTS, MESSAGES,
    ),
    Role.TEACHER: (HOME, TIMETABLE, LESSONS, HOMEWORK, MESSAGES),
    Role.TIMETABLER: (HOME, GAPS, COURSES, LESSONS, MESSAGES),
    Role.HEAD: (HOME, GAPS, COURSES, LESSONS, MESSAGES),
    Role.RESEARCHER: (HOME, LESSONS, ANALYSIS, RESOURCES, MESSAGES),
    Role.OFFICER: (HOME, LESSONS, DEMANDS, INDICATORS, MESSAGES),
    Role.DIRECTOR: (HOME, INDICATORS, CONSORTIA, LESSONS, MESSAGES),
    Role.SYSADMIN: (HOME, JOBS, AUDIT, ACCOUNTS, MESSAGES),
}  # fmt: skip


def both(actor: Actor, path: str) -> tuple[tuple[NavGroup, ...], tuple[NavItem, ...]]:
    """The side navigation and the phone's bottom bar of an actor; each counter runs once.

    Active is the entry whose address is the longest prefix of `path`.
    """
    counted = cache(lambda entry: entry.counter(actor) if entry.counter else 0)
    return _side(actor, path, counted), _bottom(actor, path, counted)


def _side(actor: Actor, path: str, counted: Counted) -> tuple[NavGroup, ...]:
    groups = SIDE[actor.role]
    active = _active([entry for _, entries in groups for entry in entries], path)
    return tuple(
        NavGroup(label, tuple(_item(entry, counted, active) for entry in entries))
        for label, entries in groups
    )


def _bottom(actor: Actor, path: str, counted: Counted) -> tuple[NavItem, ...]:
    entries = list(BOTTOM[actor.role])
    active = _active(entries, path)
    return tuple(_item(entry, counted, active) for entry in entries)


def _active(entries: list[Entry], path: str) -> str:
    found = ""
    for entry in entries:
        url = reverse(entry.url_name)
        if (path == url or (url != "/" and path.startswith(url))) and len(url) > len(found):
            found = url
    return found


def _item(entry: Entry, counted: Counted, active: str) -> NavItem:
    url = reverse(entry.url_name)
    return NavItem(entry.label, entry.icon, url, active=url == active, count=counted(entry))
