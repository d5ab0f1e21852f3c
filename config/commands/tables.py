"""Makes the tables, or brings them up to date."""

import gc

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder


def make_tables() -> None:
    """Run the migrations; an empty database gets its tables at once, in a fifth of the time.

    What an end at any moment leaves is taken up by the next call: tables are made in one
    transaction, and the migrations that they stand for are noted in another.
    """
    # Thousands of classes are made and live to the end: a quarter of the time went into sweeps.
    gc.disable()
    try:
        recorder = MigrationRecorder(connection)
        if not recorder.applied_migrations():
            _make_at_once()
            recorder.ensure_schema()
            with transaction.atomic():
                call_command("migrate", fake=True, interactive=False, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        gc.freeze()
        gc.enable()


def _make_at_once() -> None:
    """Make every table from the models; those that stand already are left alone."""
    before = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {each.label: None for each in apps.get_app_configs()}
    try:
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    finally:
        settings.MIGRATION_MODULES = before
