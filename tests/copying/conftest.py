"""Give the tests a stage."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.copying.stage import ROOT, Stage


@pytest.fixture(autouse=True)
def reach(django_db_blocker: Any) -> Iterator[None]:
    """Let the tests ask databases that are not the suite's own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file that `migrate` has made."""
    stage = Stage(tmp_path_factory.mktemp("empty"))
    subprocess.run(
        stage.command("django", "migrate", "--verbosity=0"),
        cwd=ROOT,
        env=stage.environment,
        check=True,
    )
    return stage.source


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Path:
    """Return an SQLite file that a project has filled."""
    stage = Stage(tmp_path_factory.mktemp("filled"))
    stage.make_source(empty)
    return stage.source


@pytest.fixture(scope="session")
def migrated(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Stage]:
    """Return a stage whose target is as `migrate` has left it, and stays so."""
    stage = Stage(tmp_path_factory.mktemp("migrated"))
    with django_db_blocker.unblock():
        stage.make_target()
    yield stage
    with django_db_blocker.unblock():
        stage.end()


@pytest.fixture(scope="session")
def copied(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any, filled: Path
) -> Iterator[Stage]:
    """Return a stage after its copy, whose rows are not to be changed."""
    stage = Stage(tmp_path_factory.mktemp("copied"), "copied")
    with django_db_blocker.unblock():
        stage.plant(filled)
        stage.make_target()
        stage.first = stage.report()
    yield stage
    with django_db_blocker.unblock():
        stage.end()


@pytest.fixture
def stage(migrated: Stage, filled: Path) -> Iterator[Stage]:
    """Return a stage for a copy that is refused: its target is shared."""
    migrated.plant(filled)
    yield migrated
    migrated.close()


@pytest.fixture
def fresh(migrated: Stage, filled: Path) -> Iterator[Stage]:
    """Return a stage whose target takes the rows, which go away afterwards."""
    migrated.plant(filled)
    yield migrated
    migrated.flush()
