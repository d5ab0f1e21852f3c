import json
from datetime import timedelta

import pytest

from tongke.core.errors import Refused
from tongke.core.models import AuditEntry, ImportRun, JobSchedule
from tongke.core.spreadsheets import held, runs
from tongke.core.spreadsheets.importer import Action, Change, Plan
from tongke.core.spreadsheets.tests.make import ROSTER, make_csv, make_xlsx, with_member
from tongke.core.spreadsheets.tests.schedule import (
    NOON,
    ScheduleImporter,
    make_file,
    make_schedule,
    stored,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def dry(data, importer=None):
    return runs.dry_run(importer or ScheduleImporter(), data, "日程.csv", by=None, at=NOON)


def commit(run, importer=None, at=NOON):
    return runs.commit(run, importer or ScheduleImporter(), by=None, at=at)


def test_a_dry_run_tells_everything_and_changes_nothing():
    make_schedule(a=1, b=2, gone=3)
    before = stored()

    run = dry(make_file(a=1, b=9, c=5))

    assert (run.state, run.progress_done, run.progress_total) == ("dry", 3, 3)
    assert run.report["counts"] == {"add": 1, "change": 1, "leave": 1, "same": 1, "refuse": 0}
    assert [(row["action"], row["label"], row["fields"]) for row in runs.report_rows(run)] == [
        ("same", "a", {}),
        ("change", "b", {"日期": ["2026-11-02", "2026-11-09"]}),
        ("add", "c", {"日期": ["", "2026-11-05"]}),
        ("leave", "gone", {}),
    ]
    assert stored() == before


def test_commit_does_what_the_report_says_and_undo_takes_it_back(
    django_capture_on_commit_callbacks,
):
    make_schedule(a=1, b=2, gone=3)
    before = stored()
    run = dry(make_file(a=1, b=9, c=5))
    token = run.report["held"]

    with django_capture_on_commit_callbacks(execute=True):
        commit(run)
    assert {name: day for name, (day, _) in stored().items()} == {"a": 1, "b": 9, "c": 5}
    assert (run.state, run.committed_at) == ("committed", NOON)
    assert held.load(token) is None

    runs.undo(run, by=None, at=NOON)
    assert stored() == before
    assert (run.state, run.journal) == ("undone", [])
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "core.import.received", "core.import.committed", "core.import.undone",
    ]  # fmt: skip


def test_committing_and_undoing_twice_does_it_once():
    run = dry(make_file(a=1))
    twin = ImportRun.objects.get(pk=run.pk)

    commit(run)
    commit(run)
    with pytest.raises(Refused, match="已经处理过"):
        commit(ImportRun(pk=run.pk, state="undone", report=run.report))
    assert commit(twin).state == "committed"
    assert list(stored()) == ["a"]
    runs.undo(run, by=None, at=NOON)
    runs.undo(twin, by=None, at=NOON)
    assert AuditEntry.objects.filter(action="core.import.undone").count() == 1
    with pytest.raises(Refused, match="已经处理过"):
        commit(run)


def test_data_that_moved_since_the_dry_run_ask_for_another_look():
    run = dry(make_file(a=1, b=2))
    make_schedule(b=2)

    with pytest.raises(Refused, match="已按最新数据重新检查"):
        commit(run)

    assert (run.state, run.report["counts"]["add"], run.report["counts"]["same"]) == ("dry", 1, 1)
    assert list(stored()) == ["b"]
    assert commit(run).state == "committed"


def test_rows_with_errors_stop_the_whole_file():
    run = dry(make_file(a=1, b=99))

    assert run.report["counts"]["refuse"] == 1
    assert "“2026-11-99”不是日期" in runs.report_rows(run)[1]["message"]
    with pytest.raises(Refused, match="有 1 行没有通过检查"):
        commit(run)
    assert (stored(), run.state) == ({}, "dry")


def test_good_rows_may_go_in_alone_where_the_importer_says_so():
    class Partial(ScheduleImporter):
        def plan(self, table, *, actor, at):
            return Plan(super().plan(table, actor=actor, at=at).changes, partial=True)

    commit(dry(make_file(a=1, b=99), Partial()), Partial())

    assert list(stored()) == ["a"]


def test_an_importer_cannot_overlook_a_row_with_errors():
    class Careless(ScheduleImporter):
        def plan(self, table, *, actor, at):
            return Plan(tuple(Change(row.number, Action.ADD, "x") for row in table.rows[:1]))

    run = dry(make_file(a=99, b=99), Careless())

    assert [(row["row"], row["action"]) for row in runs.report_rows(run)] == [
        (2, "refuse"), (3, "refuse"),
    ]  # fmt: skip


def test_a_failing_service_rolls_everything_back():
    class Failing(ScheduleImporter):
        def commit(self, plan, journal, *, by, at):
            super().commit(plan, journal, by=by, at=at)
            raise Refused("编号已经有人使用。")

    run = dry(make_file(a=1), Failing())

    with pytest.raises(Refused, match="已经有人使用"):
        commit(run, Failing())
    run.refresh_from_db()
    assert (stored(), run.state) == ({}, "dry")


def test_nothing_to_do_is_said():
    make_schedule(a=1)

    with pytest.raises(Refused, match="没有需要导入的变化"):
        commit(dry(make_file(a=1)))


TWO = [["姓名", "学籍号"], ["林小满", "G0101"]]
BOMB = with_member(make_xlsx(TWO), "xl/media/image1.png", bytes(130 * 1024 * 1024))


class NeverPlans(ScheduleImporter):
    sheet = ROSTER

    def plan(self, table, *, actor, at):
        raise AssertionError("a broken file must not reach the importer")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x81\x30\x81" * 3 + b"\xff\xff,\xff\n", "文字编码无法识别"),
        (make_csv([["姓名"], ["林小满"]]), "缺少必填的列：学籍号"),
        (bytes(20 * 1024 * 1024), "文件超过 10 MB"),
        (BOMB, "文件解压后有 130 MB"),
        (b"", "文件是空的"),
    ],
)
def test_a_broken_roster_fails_with_a_sentence_and_changes_nothing(data, message):
    run = dry(data, NeverPlans())

    assert run.state == "failed"
    assert message in run.report["errors"][0]
    with pytest.raises(Refused):
        commit(run, NeverPlans())
    assert list((held._folder()).glob("*")) == []


def test_broken_rows_of_a_roster_are_refused_one_by_one():
    class Plans(ScheduleImporter):
        sheet = ROSTER

        def plan(self, table, *, actor, at):
            return Plan(tuple(Change(row.number, Action.ADD, "x") for row in table.rows))

    rows = [*TWO, ["=cmd|' /C calc'!A0", "G0102"], ["甲", "G0103"], ["乙", "G0103"]]
    run = dry(make_csv(rows, "gb18030"), Plans())

    assert run.report["counts"] == {"add": 1, "change": 0, "leave": 0, "same": 0, "refuse": 3}
    assert [row["message"][:12] for row in runs.report_rows(run) if row["message"]] == [
        "第 3 行「姓名」：以“", "第 4 行「学籍号」：与", "第 5 行「学籍号」：与",
    ]  # fmt: skip
    with pytest.raises(Refused):
        commit(run, Plans())


def test_secrets_are_masked_in_the_report_and_sealed_on_disk():
    data = "名称,日期,电话\na,2026-11-01,10000000001".encode()
    run = dry(data)

    assert "10000000001" not in json.dumps(run.report)
    assert runs.report_rows(run)[0]["fields"]["电话"] == ["", "100******01"]
    assert b"10000000001" not in (held._folder() / run.report["held"]).read_bytes()
    assert held.load(run.report["held"]) == data


def test_a_cancelled_run_is_gone_with_its_file(django_capture_on_commit_callbacks):
    run = dry(make_file(a=1))
    token = run.report["held"]

    with django_capture_on_commit_callbacks(execute=True):
        runs.cancel(run, by=None, at=NOON)

    assert not ImportRun.objects.exists()
    assert held.load(token) is None
    committed = commit(dry(make_file(a=1)))
    with pytest.raises(Refused, match="可以撤销"):
        runs.cancel(committed, by=None, at=NOON)


def test_undo_is_refused_when_a_row_was_changed_or_it_is_too_late():
    run = commit(dry(make_file(a=1)))

    with pytest.raises(Refused, match="超过 30 天"):
        runs.undo(run, by=None, at=NOON + timedelta(days=31))
    JobSchedule.objects.update(next_at=NOON)
    with pytest.raises(Refused, match="又有变动"):
        runs.undo(run, by=None, at=NOON)
    run.refresh_from_db()
    assert (run.state, list(stored())) == ("committed", ["a"])


def test_old_runs_are_forgotten():
    open_run, done = dry(make_file(a=1)), commit(dry(make_file(b=1)))

    assert runs.forget_old(NOON) == 0
    assert runs.forget_old(NOON + timedelta(days=8)) == 1
    assert not ImportRun.objects.filter(pk=open_run.pk).exists()
    assert runs.forget_old(NOON + timedelta(days=40)) == 1
    done.refresh_from_db()
    assert (runs.report_rows(done), done.journal) == ([], [])
    assert done.report["counts"]["add"] == 1
    assert runs.forget_old(NOON + timedelta(days=40)) == 0


def test_an_expired_file_asks_for_another_upload():
    run = dry(make_file(a=1))
    held.drop(run.report["held"])

    with pytest.raises(Refused, match="重新上传"):
        commit(run)


def test_a_file_that_is_no_table_goes_through_the_importers_own_reader():
    class Package(ScheduleImporter):
        def load(self, data, name):
            return data.decode().split()

        def plan(self, table, *, actor, at):
            return Plan((Change(1, Action.ADD, " ".join(table), op={"name": "x", "day": NOON}),))

    assert runs.report_rows(dry(b"one two", Package()))[0]["label"] == "one two"


def test_history_is_of_one_kind_and_one_account_and_loads_no_rows(django_assert_num_queries):
    dry(make_file(a=1))
    runs.dry_run(ScheduleImporter(), make_file(b=1), "x", kind="other", by=None, at=NOON)

    with django_assert_num_queries(1):
        (found,) = runs.history("schedule", None)
        assert found.counts["add"] == 1
    assert runs.history("schedule", 12345).count() == 0
