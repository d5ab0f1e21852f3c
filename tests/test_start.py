"""What a first start relies on: secrets made once by whoever is first, messages at one price."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import env
from config.commands import serve
from tongke.core import messages
from tongke.core.models import Message
from tongke.foundation.people.models import Account
from tongke.foundation.people.tests.make import world

KIND = messages.register_kind("test.start", "试")


def test_processes_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: env.secret("TONGKE_TRIAL_KEY", tmp_path), range(32)))

    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert (tmp_path / "tongke_trial_key").read_bytes() == found[0]


@pytest.mark.django_db
def test_many_are_told_once_at_the_price_of_one() -> None:
    world()
    accounts = list(Account.objects.order_by("pk"))
    deaf, again, rest = accounts[0], accounts[1], accounts[2:]
    messages.set_wanted(deaf, KIND, wanted=False)
    assert messages.notify(again, KIND, "早", key="day:1")
    with CaptureQueriesContext(connection) as one:
        assert messages.notify(rest[0], KIND, "早", key="day:2")

    titles = [(account, f"早 {account.login}") for account in (*accounts, *accounts)]
    with CaptureQueriesContext(connection) as many:
        assert messages.notify_many(KIND, titles, key="day:1", body="今天有课") == len(rest)

    assert len(rest) > 3
    assert len(many) == len(one)
    told = Message.objects.filter(key="day:1").exclude(account=again)
    assert {row.account_id: (row.title, row.body) for row in told} == {
        account.pk: (f"早 {account.login}", "今天有课") for account in rest
    }
    assert messages.notify_many(KIND, titles, key="day:1") == 0


def test_a_port_in_use_is_said_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        assert serve.serve("127.0.0.1", taken, 0) == 1
        assert f"端口 {taken} 已被占用" in capfd.readouterr().err
        assert serve.serve("127.0.0.1", 0, taken) == 1
        assert "TONGKE_MEDIA_PORT" in capfd.readouterr().err
