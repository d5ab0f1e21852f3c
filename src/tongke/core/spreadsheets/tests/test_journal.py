import json

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from tongke.core.errors import Refused
from tongke.core.fields import EncryptedTextField
from tongke.core.models import ImportRun, JobSchedule, StoredFile
from tongke.core.spreadsheets.journal import Journal, apply_undo, snapshot
from tongke.core.spreadsheets.tests.schedule import NOON, make_schedule, stored

pytestmark = pytest.mark.django_db


def make_file(sha256="a" * 64):
    return StoredFile.objects.create(
        sha256=sha256, size=1, mime="text/csv", name="名册", created_at=NOON
    )


def kept(journal):
    """The operations as they come back from the database."""
    return json.loads(json.dumps(journal.operations()))


def test_a_journal_holds_what_moved_and_undo_restores_it():
    one, two = make_schedule(a=1, b=2)
    before, journal = stored(), Journal()
    journal.touching([one, two])
    JobSchedule.objects.filter(pk=one.pk).update(next_at=NOON)
    JobSchedule.objects.filter(pk=two.pk).delete()
    journal.added([JobSchedule.objects.create(name="c", next_at=NOON)])
    operations = kept(journal)

    held = [sorted(op["before"] or {}) for op in operations]
    assert held == [["next_at"], ["name", "next_at"], []]
    assert apply_undo(operations) == 3
    assert stored() == before


def test_a_row_written_twice_goes_back_to_where_it_began():
    (one,) = make_schedule(a=1)
    journal = Journal()
    for moment in (NOON, NOON.replace(day=30)):
        journal.touching([one])
        JobSchedule.objects.filter(pk=one.pk).update(next_at=moment)

    apply_undo(kept(journal))

    assert stored()["a"][0] == 1


def test_rows_that_did_not_move_leave_no_trace():
    journal = Journal()
    rows = make_schedule(a=1)
    journal.touching(rows)

    assert journal.operations() == []


def test_a_row_changed_since_stops_the_whole_undo():
    (one,) = make_schedule(a=1)
    journal = Journal()
    journal.touching([one])
    JobSchedule.objects.filter(pk=one.pk).update(next_at=NOON)
    journal.added([JobSchedule.objects.create(name="c", next_at=NOON)])
    operations = kept(journal)
    JobSchedule.objects.filter(name="c").update(next_at=NOON.replace(day=30))
    held = stored()

    with pytest.raises(Refused, match="又有变动，不能撤销"):
        apply_undo(operations)
    assert stored() == held


def test_other_fields_of_a_changed_row_may_move_freely():
    file = make_file()
    journal = Journal()
    journal.touching([file])
    StoredFile.objects.filter(pk=file.pk).update(name="新名")
    operations = kept(journal)
    StoredFile.objects.filter(pk=file.pk).update(mime="application/pdf")

    apply_undo(operations)

    file.refresh_from_db()
    assert (file.name, file.mime) == ("名册", "application/pdf")


def test_an_added_row_that_is_in_use_stays():
    journal, file = Journal(), make_file()
    journal.added([file])
    operations = kept(journal)
    ImportRun.objects.create(kind="x", filename="x", sha256="x", file=file, created_at=NOON)

    with pytest.raises(Refused, match="导入的文件已经有导入记录"):
        apply_undo(operations)
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_rows_of_one_import_that_refer_to_each_other_go_together():
    journal, file = Journal(), make_file()
    journal.added([file])
    journal.added(
        [ImportRun.objects.create(kind="x", filename="x", sha256="x", file=file, created_at=NOON)]
    )

    apply_undo(kept(journal))

    assert not StoredFile.objects.exists()
    assert not ImportRun.objects.exists()


def test_rows_of_one_table_that_protect_each_other_go_together():
    organisation = apps.get_model("people.Organisation")
    top = organisation.objects.create(kind="region", code="T1", name="县", path="1.")
    below = organisation.objects.create(
        kind="school", code="T2", name="校", path="1.2.", parent=top
    )
    journal = Journal()
    journal.added([top, below])

    apply_undo(kept(journal))

    assert not organisation.objects.exists()


def test_named_fields_lie_sealed_and_come_back():
    (one,) = make_schedule(a=1)
    journal = Journal(sealed={"core.jobschedule": ["name"]})
    journal.touching([one])
    JobSchedule.objects.filter(pk=one.pk).update(name="other-secret")
    operations = kept(journal)

    assert "other-secret" not in json.dumps(operations)
    assert operations[0]["after"]["name"]["$sealed"].startswith("sm4:")
    apply_undo(operations)
    assert list(stored()) == ["a"]


@isolate_apps("tongke.core")
def test_encrypted_fields_are_sealed_without_being_named():
    class Secret(models.Model):
        phone = EncryptedTextField()
        none = EncryptedTextField(null=True)

        class Meta:
            app_label = "core"

    shot = snapshot(Secret(phone="10000000001"))

    assert shot["phone"]["$sealed"].startswith("sm4:")
    assert shot["none"] is None


def test_a_snapshot_may_be_of_some_fields():
    assert snapshot(make_file(), ["name", "created_by"]) == {"name": "名册", "created_by_id": None}
