"""Fill the database of a test server: a lesson that is on now, and people who are signed in.

Arguments: ``pupils=50`` pupils of the deer bay with accounts, ``seconds=600`` for the question,
``ask=1`` to have it asked already. Prints one line of JSON, see server.Seeded.
"""

import json
import os
import sys
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any


def main() -> None:
    """Make the tables and the lesson."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.commands.tables import make_tables

    make_tables()
    wanted = dict(word.split("=") for word in sys.argv[1:])
    print(json.dumps(_fill(**{name: int(value) for name, value in wanted.items()})))  # noqa: T201


def _fill(pupils: int = 3, seconds: int = 600, ask: int = 1) -> dict[str, Any]:
    from django.utils import timezone

    from tongke.foundation.people.models import SchoolClass
    from tongke.foundation.people.roles import Role
    from tongke.teaching.classroom.services import questions, sessions, slides
    from tongke.teaching.classroom.tests.make import make_live

    now = timezone.now()
    live = make_live(_bell(now))
    deer: SchoolClass = live.cast.deer_class
    by = live.teacher
    slides.add_text(live.lesson, "茉莉花", ["江苏民歌", "1=E 4/4"], by=by, at=now)
    slides.add_text(live.lesson, "想一想", ["哪些字唱了不止一个音？"], by=by, at=now)
    session = sessions.open_room(live.lesson, by=by, at=max(now, live.at(-5)))
    sessions.start(session, by=by, at=now)
    question = 0
    if ask:
        new = questions.NewQuestion(
            kind="single", stem="这一句里有几处一字多音？", options=("1 处", "2 处", "3 处"),
            answer="B", key_point=live.point, seconds=seconds,
        )  # fmt: skip
        question = questions.ask(session, new, by=by, at=now).pk
    children = _pupils(deer, pupils)
    return {
        "lesson": live.lesson.pk,
        "question": question,
        "deer": deer.pk,
        "pupils": [account.person_id for account in children],
        "teacher": _cookie(by.account, _held(by.person, Role.TEACHER)),
        "assistant": _cookie(
            live.cast.deer_assistant.account, _held(live.cast.deer_assistant.person, Role.TEACHER)
        ),
        "officer": _cookie(
            live.cast.officer.account, _held(live.cast.officer.person, Role.OFFICER)
        ),
        "outsider": _cookie(
            live.cast.outsider.account, _held(live.cast.outsider.person, Role.TEACHER)
        ),
        "cookies": [_cookie(account) for account in children],
    }


def _bell(now: datetime) -> datetime:
    """Now; shortly before midnight the lesson has begun some minutes ago, all on one day."""
    return now - timedelta(minutes=1)


def _held(person: Any, role: str) -> int:
    from tongke.foundation.people.models import Appointment

    return Appointment.objects.filter(person=person, role=role).values_list("pk", flat=True)[0]


def _pupils(school_class: Any, count: int) -> list[Any]:
    """Pupils with accounts nobody can sign in with: their sessions are made here."""
    from tongke.foundation.people.models import Account, Enrolment
    from tongke.foundation.people.tests.make import make_pupil

    have = Enrolment.objects.filter(school_class=school_class).count()
    for seat in range(have + 1, count + 1):
        make_pupil(school_class, f"学生{seat}", seat=seat)
    rows = Enrolment.objects.filter(school_class=school_class).order_by("seat")[:count]
    known = {account.person_id: account for account in Account.objects.all()}
    return [
        known.get(row.pupil_id)
        or Account.objects.create_account(f"p{row.pupil_id}", row.pupil, None, must_change=False)
        for row in rows.select_related("pupil")
    ]


def _cookie(account: Any, appointment: int | None = None) -> str:
    """The session cookie of somebody who has signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    if appointment is not None:
        store["appointment"] = appointment
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


if __name__ == "__main__":
    main()
