"""Set up a region from its profile, and import files from the command line."""

from datetime import datetime
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tongke.core.errors import Refused
from tongke.core.profile import RegionProfile, current
from tongke.core.spreadsheets import runs, tasks
from tongke.foundation.curriculum.services import keep_catalogue
from tongke.foundation.people.actors import actor_for
from tongke.foundation.people.models import Account, Organisation
from tongke.foundation.people.roles import Role
from tongke.foundation.people.services import accounts, appointments, organisations, persons


@transaction.atomic
def keep_region(*, at: datetime) -> Organisation:
    """The region's own organisation, its bureau and the curriculum catalogue. Safe to run again."""
    region = current(RegionProfile)
    top = region.levels[0].code
    root = Organisation.objects.filter(parent=None).first()
    if root is None:
        root = organisations.add_organisation(
            parent=None, kind=Organisation.Kind.REGION, level=top, code=region.code,
            name=region.name, short_name=region.short_name, by=None, at=at,
        )  # fmt: skip
        organisations.add_organisation(
            parent=root, kind=Organisation.Kind.BUREAU, level=top, code=f"{region.code}-bureau",
            name=region.bureau_name, short_name=region.bureau_name[:20], by=None, at=at,
        )  # fmt: skip
    keep_catalogue(by=None, at=at)
    return root


@transaction.atomic
def first_admin(login: str, name: str, password: str, *, at: datetime) -> Account:
    """The region with its first administrator.

    Raises:
        Refused: a name is missing, the password is weak, or an administrator exists.
    """
    if not login.strip() or not name.strip():
        raise Refused("账号和姓名都要填写。")
    if Account.objects.exists():
        raise Refused("已经有账号了；请用管理员账号登录后再添加。")
    try:
        validate_password(password)
    except ValidationError as weak:
        raise Refused("".join(weak.messages)) from weak
    root = keep_region(at=at)
    bureau = root.children.get(kind=Organisation.Kind.BUREAU)
    person = persons.add_person(
        persons.NewPerson(name=name.strip(), number=f"ADMIN-{login.strip()}"[:30]), by=None, at=at
    )
    new = appointments.NewAppointment(
        person=person, organisation=bureau, role=Role.SYSADMIN, since=at.date()
    )
    appointments.appoint(new, by=None, at=at)
    return accounts.open_account(
        person, login=login.strip(), password=password, must_change=False, by=None, at=at
    )


def import_file(kind: str, file: Path, login: str, *, commit: bool, at: datetime) -> str:
    """Check a roster on behalf of an account, or import it; returns what came of it in Chinese.

    Raises:
        Refused: no such account or kind, no right to import, or the file does not pass.
    """
    # Packages register their imports when their addresses load.
    import_module(settings.ROOT_URLCONF)
    account = Account.objects.filter(login=login).first()
    actor = actor_for(account, at.date()) if account else None
    if actor is None:
        raise Refused(f"没有名为“{login}”并有现任角色的账号。")
    found = tasks.import_kind(kind)
    if found is None or not found.allowed(actor):
        known = "、".join(tasks.import_kinds())
        raise Refused(f"不能用这个账号导入“{kind}”。可用的类别：{known}。")
    importer = found.factory(actor)
    with file.open("rb") as source:
        run = runs.dry_run(importer, source, file.name, kind=kind, by=actor, at=at)
    lines = [f"{row['action']} {row['label']} {row['message']}" for row in runs.report_rows(run)]
    if commit:
        run = runs.commit(run, importer, by=actor, at=at)
    counts = "，".join(f"{name} {number}" for name, number in run.report.get("counts", {}).items())
    shown = "\n".join(lines[:40])
    return f"{shown}\n{run.get_state_display()}：{counts}"
