"""The system administrator's home: is everything running, and what needs a hand."""

import platform
import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import django
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.urls import reverse

from tongke.core import profile
from tongke.core.models import Job
from tongke.foundation.people import policy as people
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.web import cool_off, failure_limit
from tongke.gateway.portal import policy
from tongke.gateway.portal.homes import words
from tongke.gateway.portal.homes.calendar import today_of
from tongke.gateway.portal.homes.tasks import Task
from tongke.governance.monitor import queries as monitor
from tongke.governance.monitor.models import Snapshot
from tongke.governance.monitor.profile import MonitorProfile

# A job that is due this long without being taken means that no worker runs.
_STUCK = timedelta(minutes=2)
_FULL = 0.9
_BADGES = {"danger": "要处理", "warn": "留意"}


@dataclass(frozen=True)
class Jobs:
    """The queue: failed for good, waiting now, and since when the oldest due one waits."""

    dead: int
    waiting: int
    running: int
    stuck_since: datetime | None


@dataclass(frozen=True)
class Audit:
    """The audit log: entries, those not yet chained, and the newest chained one."""

    entries: int
    unsealed: int
    sealed_at: datetime | None


@dataclass(frozen=True)
class Accounts:
    """The accounts the administrator looks after."""

    all: int
    never: int
    disabled: int
    must_change: int
    locked: tuple[str, ...]


@dataclass(frozen=True)
class SysadminHome:
    """Everything on an administrator's page."""

    greeting: str
    line: str
    jobs: Jobs
    audit: Audit
    accounts: Accounts
    snapshot: datetime | None
    snapshot_old: bool
    refresh_minutes: int
    lock_minutes: int
    disk: float
    disk_text: str
    versions: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]


def build(actor: Actor, now: datetime) -> SysadminHome:
    """The home of an acting system administrator."""
    snapshot = monitor.newest()
    minutes = profile.current(MonitorProfile).refresh_minutes
    old = snapshot is None or now - snapshot.as_of > timedelta(minutes=2 * minutes)
    queue, log, accounts = _jobs(actor, now), _audit(actor), _accounts(actor, now)
    disk, disk_text = _disk()
    return SysadminHome(
        greeting=f"{actor.person.name}，{words.hello(now)}",
        line=today_of(actor.organisation, actor.today).line,
        jobs=queue,
        audit=log,
        accounts=accounts,
        snapshot=snapshot.as_of if snapshot else None,
        snapshot_old=old,
        refresh_minutes=minutes,
        lock_minutes=int(cool_off().total_seconds() // 60),
        disk=disk,
        disk_text=disk_text,
        versions=_versions(),
        tasks=_tasks(queue, accounts, snapshot, disk, old=old),
    )


def _jobs(actor: Actor, now: datetime) -> Jobs:
    rows = policy.jobs(actor, policy.Perm.JOB_READ)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    due = rows.filter(state=Job.State.WAITING, run_at__lt=now - _STUCK).order_by("run_at")
    oldest = due.values_list("run_at", flat=True).first()
    return Jobs(
        counts.get(Job.State.DEAD, 0), counts.get(Job.State.WAITING, 0),
        counts.get(Job.State.RUNNING, 0), oldest,
    )  # fmt: skip


def _audit(actor: Actor) -> Audit:
    rows = policy.audit_entries(actor, policy.Perm.AUDIT_READ)
    sealed = rows.exclude(seq=None).order_by("-seq").first()
    open_rows = rows.filter(seq=None).count()
    count = (sealed.seq or 0) if sealed else 0
    return Audit(count + open_rows, open_rows, sealed.at if sealed else None)


def _accounts(actor: Actor, now: datetime) -> Accounts:
    rows = people.accounts(actor, people.Perm.ACCOUNT_EDIT)
    counts = rows.order_by().aggregate(
        all=Count("pk"),
        never=Count("pk", filter=Q(last_login=None, is_active=True)),
        disabled=Count("pk", filter=Q(is_active=False)),
        must_change=Count("pk", filter=Q(must_change_password=True, is_active=True)),
    )
    tries = AccessAttempt.objects.filter(
        failures_since_start__gte=failure_limit(), attempt_time__gte=now - cool_off()
    )
    names = {name for name in tries.values_list("username", flat=True) if name}
    known = rows.filter(login__in=names).order_by("login")
    return Accounts(locked=tuple(known.values_list("login", flat=True)), **counts)


def _disk() -> tuple[float, str]:
    """The share of the disk in use, and what is free in words."""
    usage = shutil.disk_usage(settings.VAR_DIR)
    return usage.used / usage.total, f"剩余 {usage.free / 1024**3:.1f} GB"


@cache
def _own_version() -> str:
    about = Path(settings.BASE_DIR) / "pyproject.toml"
    if not about.exists():
        return "未知"
    return str(tomllib.loads(about.read_text(encoding="utf-8"))["project"]["version"])


def _versions() -> tuple[tuple[str, str], ...]:
    database = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    return (
        ("同课", _own_version()),
        ("区域配置", profile.running().name),
        ("数据库", database),
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
    )


def _tasks(
    queue: Jobs, accounts: Accounts, snapshot: Snapshot | None, disk: float, *, old: bool
) -> tuple[Task, ...]:
    """What needs a hand now, worst first."""
    jobs, accounts_page = reverse("portal:jobs"), reverse("people:account-list")
    found: list[Task] = []

    def add(title: str, note: str, href: str, icon: str, tint: str) -> None:
        found.append(Task(title, note, href, icon, _BADGES[tint], tint))

    if queue.stuck_since is not None:
        add("后台任务没有人执行", "检查 worker 进程是否在运行", jobs, "refresh", "danger")
    if queue.dead:
        dead = f"{jobs}?state={Job.State.DEAD}"
        add(
            f"{queue.dead} 个任务多次失败",
            "看错误，改好后重新排队",
            dead,
            "alert-triangle",
            "danger",
        )
    if disk >= _FULL:
        full = f"磁盘已用 {disk:.0%}"
        add(full, "清理旧录像，或扩大磁盘", reverse("portal:settings"), "database", "danger")
    if accounts.locked:
        locked = f"{len(accounts.locked)} 个账号因输错密码暂时锁定"
        add(locked, "、".join(accounts.locked[:3]), accounts_page, "lock", "warn")
    if old:
        word = "还没有计算过指标" if snapshot is None else "指标很久没有重新计算"
        add(word, "由后台任务定时计算", jobs, "gauge", "warn")
    return tuple(found)
