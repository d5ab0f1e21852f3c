"""The verbs of the command line. Each calls one service and prints what came of it."""

import getpass
import json
import sys
from argparse import Namespace

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from config.commands import backup, serve, setup, worker
from config.commands.tables import make_tables
from tongke.core import audit, profile
from tongke.core.errors import Refused


def say(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def do_serve(options: Namespace) -> int:
    """Serve until stopped."""
    address = f"http://{options.host}:{options.port}/"
    say(f"Tongke 同课: {address}")
    if settings.TONGKE_DEMO:
        from demo.cast import LOGINS, PASSWORD

        say(f"Demo logins (password {PASSWORD}):")
        for login in LOGINS:
            say(f"  {login.login:<10} {login.role}  {login.name}")
    return serve.serve(options.host, options.port, settings.TONGKE_MEDIA_PORT)


def do_worker(options: Namespace) -> int:
    """Deliver jobs."""
    return worker.work(options.parent_pid, slow=options.slow)


def do_migrate(options: Namespace) -> int:
    """Bring the tables up to date, and the static files unless only tables are wanted."""
    make_tables()
    return 0 if options.tables else do_static(options)


def do_static(options: Namespace) -> int:
    """Put the static files and the built pages where they are served from."""
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    return 0


def do_demo(options: Namespace) -> int:
    """Make the tables and load the demo region."""
    from demo.load import load

    make_tables()
    say(load(progress=say))
    return 0


def do_admin(options: Namespace) -> int:
    """Make the region's organisation and its first administrator."""
    login = options.login or input("登录账号 (login): ").strip()
    name = options.name or input("姓名 (name): ").strip()
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("密码 (password): ")
    try:
        account = setup.first_admin(login, name, password, at=timezone.now())
    except Refused as refusal:
        say(str(refusal))
        return 1
    say(f"administrator {account.login} made for {profile.current(profile.RegionProfile).name}")
    return 0


def do_import(options: Namespace) -> int:
    """Check a roster, or import it."""
    try:
        report = setup.import_file(
            options.kind, options.file, options.login, commit=options.commit, at=timezone.now()
        )
    except Refused as refusal:
        say(str(refusal))
        return 1
    say(report)
    return 0


def do_check(options: Namespace) -> int:
    """Check settings, database, migrations, profile and audit chain."""
    call_command("check", deploy=settings.HTTPS, databases=["default"])
    call_command("migrate", check_unapplied=True, plan=False, verbosity=0)
    region = profile.running()
    count, breaks = audit.verify()
    for each in breaks:
        say(f"audit entry {each.seq}: {each.reason}")
    say(f"profile {region.name}: ok; audit chain: {count} entries, {len(breaks)} breaks")
    return 1 if breaks else 0


def do_backup(options: Namespace) -> int:
    """Write an archive."""
    try:
        size = backup.backup(options.file, at=timezone.now())
    except backup.BackupError as error:
        say(str(error))
        return 1
    say(f"{options.file}: {size} bytes")
    return 0


def do_restore(options: Namespace) -> int:
    """Put an archive back."""
    try:
        about = backup.restore(options.file, force=options.force)
    except backup.BackupError as error:
        say(str(error))
        return 1
    say(f"restored: {json.dumps(about)}")
    return 0
