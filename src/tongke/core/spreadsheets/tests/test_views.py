import copy
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tongke.core.jobs import run_pending
from tongke.core.models import ImportRun, JobSchedule, Message
from tongke.core.spreadsheets import tasks
from tongke.core.spreadsheets.tests.schedule import make_file, make_schedule, stored

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tongke.core.spreadsheets.tests.urls")]


@pytest.fixture(autouse=True)
def _alone(settings, tmp_path):
    """Core without the gateway, and an own folder for files."""
    settings.MEDIA_ROOT = tmp_path
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    processors = settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
    own = "tongke.core.spreadsheets.tests.urls.shell"
    processors[:] = [own if "portal" in each else each for each in processors]


@pytest.fixture
def client(client):
    client.force_login(make_account("timetabler"))
    return client


def make_account(role):
    """Somebody with one role, made without importing the package above."""
    defaults = {"kind": "school", "level": "school", "name": "栖云小学", "path": "0001."}
    schools = apps.get_model("people.Organisation").objects
    school, _ = schools.get_or_create(code="T1", defaults=defaults)
    number = f"P{apps.get_model('people.Person').objects.count()}"
    person = apps.get_model("people.Person").objects.create(name="林知遥", number=number)
    apps.get_model("people.Appointment").objects.create(
        person=person, organisation=school, role=role, since=date(2020, 9, 1)
    )
    manager = apps.get_model("people.Account").objects
    return manager.create_account(number, person, None, must_change=False)


def post(client, data, name="日程.csv", url="t:test-schedule-import", **scope):
    return client.post(reverse(url, kwargs=scope), {"file": SimpleUploadedFile(name, data)})


def address(page, run, space="t", slug="test-schedule", **scope):
    return reverse(f"{space}:{slug}-import-{page}", kwargs=scope | {"run_id": run.pk})


def test_the_whole_way_from_upload_to_undo(client):
    make_schedule(b=2)
    answer = post(client, make_file(a=1, b=9))
    run = ImportRun.objects.get()

    assert (answer.status_code, answer.url) == (302, address("report", run))
    page = client.get(answer.url).content.decode()
    assert "检查通过，还没有写入" in page
    assert "日期：2026-11-02 → 2026-11-09" in page
    assert list(stored()) == ["b"]

    assert client.post(address("commit", run)).status_code == 302
    assert {name: day for name, (day, _) in stored().items()} == {"a": 1, "b": 9}
    page = client.get(answer.url).content.decode()
    assert "撤销这次导入" in page
    assert "/commit/" not in page

    assert client.post(address("undo", run)).status_code == 302
    assert {name: day for name, (day, _) in stored().items()} == {"b": 2}
    assert "数据回到导入之前" in client.get(answer.url).content.decode()


def test_a_broken_file_shows_its_sentence_and_offers_no_commit(client):
    answer = post(client, b"PK\x03\x04 broken", "名册.xlsx")

    page = client.get(answer.url).content.decode()
    assert "文件没有通过检查" in page
    assert "“名册.xlsx”：文件已损坏" in page
    assert "/commit/" not in page
    assert client.post(address("commit", ImportRun.objects.get())).status_code == 302
    assert stored() == {}


def test_refused_rows_are_listed_and_stop_the_commit(client):
    answer = post(client, make_file(a=1, b=99))

    page = client.get(answer.url + "?action=refuse").content.decode()
    assert "第 3 行「日期」：“2026-11-99”不是日期" in page
    assert "有 1 行没有通过检查" in page
    assert ">a</td>" not in page
    answer = client.post(address("commit", ImportRun.objects.get()))
    assert (answer.status_code, stored()) == (409, {})


def test_a_file_must_be_chosen(client):
    answer = client.post(reverse("t:test-schedule-import"), {})

    assert answer.status_code == 422
    assert "请选择要导入的文件" in answer.content.decode()


def test_the_upload_page_lists_columns_template_and_history(client):
    post(client, make_file(a=1))

    page = client.get(reverse("t:test-schedule-import")).content.decode()
    assert all(word in page for word in ("名称", "必填", "日程.csv", "待确认", "不超过 10 MB"))
    book = load_workbook(io.BytesIO(client.get(reverse("t:test-schedule-import-template")).content))
    assert book.sheetnames[:2] == ["日程", "填写说明"]


def test_the_report_downloads_as_a_workbook(client):
    post(client, make_file(a=1, b=99))

    answer = client.get(address("download", ImportRun.objects.get()))
    page = load_workbook(io.BytesIO(answer.content))["导入报告"]
    assert [cell.value for cell in page[2]] == [2, "新增", "a", "日期：空 → 2026-11-01", None]
    assert page["E3"].value.startswith("第 3 行「日期」")


def test_a_run_can_be_dropped_but_not_after_commit(client):
    post(client, make_file(a=1))
    first = ImportRun.objects.get()
    assert client.post(address("cancel", first)).status_code == 302
    assert not ImportRun.objects.exists()

    post(client, make_file(a=1))
    second = ImportRun.objects.get()
    client.post(address("commit", second))
    assert client.post(address("cancel", second)).status_code == 409


def test_an_undo_that_is_refused_says_why(client):
    post(client, make_file(a=1))
    run = ImportRun.objects.get()
    client.post(address("commit", run))
    JobSchedule.objects.update(next_at=timezone.now())

    answer = client.post(address("undo", run))
    assert answer.status_code == 409
    assert "又有变动，不能撤销" in answer.content.decode()


def test_pages_of_an_import_are_for_those_who_may_and_runs_for_their_owner(client):
    post(client, make_file(a=1))
    run = ImportRun.objects.get()
    pages = ("report", "download")

    client.force_login(make_account("timetabler"))
    assert [client.get(address(page, run)).status_code for page in pages] == [404, 404]
    assert client.post(address("commit", run)).status_code == 404
    client.force_login(make_account("teacher"))
    assert client.get(reverse("t:test-schedule-import")).status_code == 404
    client.logout()
    assert client.get(reverse("t:test-schedule-import")).status_code == 302


def test_changes_need_a_post(client):
    post(client, make_file(a=1))
    run = ImportRun.objects.get()

    pages = ("commit", "cancel", "undo")
    assert [client.get(address(page, run)).status_code for page in pages] == [405] * 3


def test_the_address_can_carry_the_place_of_the_import(client):
    answer = post(client, make_file(a=1), url="s:test-school-import", school=7)

    run = ImportRun.objects.get()
    assert answer.url == address("report", run, "s", "test-school", school=7)
    assert client.get(answer.url).status_code == 200
    assert post(client, b"", url="s:test-school-import", school=404).status_code == 404
    assert client.get(address("report", run)).status_code == 404


def test_the_report_is_paged(client):
    rows = "\n".join(["名称,日期", *(f"n{number:03},2026-11-01" for number in range(120))])
    answer = post(client, rows.encode())

    page = client.get(answer.url + "?page=3").content.decode()
    assert "n119" in page
    assert "n001" not in page


@dataclass
class Loaded:
    """What the loader of these tests gives back."""

    account: Any
    role: str
    appointment_id: int
    audit_id: int = 1
    audit_name: str = "林知遥"


@pytest.fixture
def _worker(monkeypatch):
    """Long work goes to the worker; the size from which it is long is set to nothing."""
    monkeypatch.setattr(tasks, "INLINE_BYTES", 0)
    monkeypatch.setattr(tasks, "INLINE_CHANGES", 0)
    monkeypatch.setattr(tasks, "_LOADER", [_loaded])


def _loaded(account, chosen, day):
    held = apps.get_model("people.Appointment").objects.filter(pk=chosen)
    one = held.exclude(until__lt=day).first()
    return Loaded(account, one.role, one.pk) if one else None


@pytest.mark.usefixtures("_worker")
def test_long_imports_go_through_the_worker_and_tell_when_they_are_done(client):
    answer = post(client, make_file(a=1))
    assert "正在处理" in client.get(answer.url).content.decode()
    part = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "hx-get" in part

    run_pending()
    assert client.get(answer.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "检查通过" in client.get(answer.url).content.decode()
    client.post(address("commit", ImportRun.objects.get()))
    assert stored() == {}
    run_pending()
    assert list(stored()) == ["a"]
    assert list(Message.objects.order_by("pk").values_list("title", "url")) == [
        ("“日程.csv”已检查，请确认导入", answer.url), ("“日程.csv”已导入", answer.url),
    ]  # fmt: skip


@pytest.mark.usefixtures("_worker")
def test_a_role_that_ended_meanwhile_stops_the_worker(client):
    answer = post(client, make_file(a=1))
    yesterday = timezone.localdate() - timedelta(days=1)
    apps.get_model("people.Appointment").objects.update(until=yesterday)

    run_pending()
    apps.get_model("people.Appointment").objects.update(until=None)
    assert "您的身份或权限已经变化" in client.get(answer.url).content.decode()
    assert client.post(address("commit", ImportRun.objects.get())).status_code == 409
    assert stored() == {}
