"""Fixtures of the classroom's tests."""

from pathlib import Path

import pytest

from tongke.teaching.classroom.tests.server import Seeded, Server


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """An installation with a lesson that is on and fifty pupils; copy it, do not serve it."""
    folder = tmp_path_factory.mktemp("seeded") / "var"
    folder.mkdir()
    return folder, Server(folder).seed(pupils=50)
