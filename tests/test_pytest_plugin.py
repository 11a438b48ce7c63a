"""``pytest --fkguard-lint``: a test for each migration, and nothing without it."""

from __future__ import annotations

import importlib.util
import subprocess
from configparser import ConfigParser
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.project import Project, python
from tests.test_fixes import REMOVE, UNIQUE

#: The project on disk has SQLite, whatever the leg.
pytestmark = pytest.mark.flavours("sqlite")

#: The entry point, where an installed fkguard is tested; the module elsewhere.
PLUGIN = (
    []
    if entry_points(group="pytest11", name="fkguard")
    else ["-p", "fkguard.pytest_plugin"]
)
ON = ("--fkguard-lint", "--fkguard-database-vendor", "postgresql")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.start(UNIQUE)
    project.step(2, REMOVE)
    (project.root / "test_one.py").write_text(
        "def test_one():\n    pass\n", encoding="utf-8"
    )
    (project.root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return project


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.python(
        *("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *PLUGIN),
        *arguments,
    )


@pytest.mark.smoke
def test_one_test_for_each_migration(project: Project) -> None:
    done = run(project, "-v", *ON)

    assert done.returncode == 1
    assert "test_one.py::test_one PASSED" in done.stdout
    assert "fkguard::library.0001_initial PASSED" in done.stdout
    assert "fkguard::library.0002_step FAILED" in done.stdout
    assert (
        "library/migrations/0002_step.py:8\n"
        "  error  fkguard.E101  unique_member_dropped, operation 1 [postgresql]\n"
    ) in done.stdout
    assert "Traceback" not in done.stdout
    assert "1 failed, 2 passed" in done.stdout


def test_nothing_without_the_flag(project: Project) -> None:
    done = run(project)

    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_tests_are_chosen_like_others(project: Project) -> None:
    assert "1 failed, 2 deselected" in run(project, *ON, "-k", "0002_step").stdout


def test_baseline_leaves_a_finding_out(project: Project) -> None:
    project.lint("--database-vendor", "postgresql", "--write-baseline", "known.json")

    done = run(project, *ON, "--fkguard-baseline", "known.json")

    assert (done.returncode, "3 passed" in done.stdout) == (0, True)


def test_fail_level(project: Project) -> None:
    project.step(
        2, 'migrations.RemoveConstraint(model_name="book", name="book_place"),'
    )

    assert run(project, *ON).returncode == 0
    assert run(project, *ON, "--fkguard-fail-level", "warning").returncode == 1


def test_broken_migration_fails_by_itself(project: Project) -> None:
    project.write("0003_broken", "import nowhere\n")

    done = run(project, *ON, "-k", "broken")

    assert "1 failed" in done.stdout
    assert "  error  not analyzed\n" in done.stdout


def test_needs_a_project(tmp_path: Path) -> None:
    done = python(
        *("-m", "pytest", "-p", "no:django", *PLUGIN, "--fkguard-lint"), folder=tmp_path
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--fkguard-lint needs a project: set DJANGO_SETTINGS_MODULE" in done.stderr


def test_usage_error(project: Project) -> None:
    done = run(project, "--fkguard-lint", "--fkguard-database-vendor", "nowhere")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--fkguard-lint: " in done.stderr


@pytest.mark.smoke
def test_plugin_imports_no_django(tmp_path: Path) -> None:
    """It is loaded in every pytest run of an environment that has fkguard."""
    code = (
        "import sys; import fkguard.pytest_plugin; "
        "print([m for m in sys.modules if m.split('.')[0] in {'django', 'wrapt'}])"
    )

    done = python("-c", code, folder=tmp_path, fresh=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_entry_point_names_the_plugin() -> None:
    # What an sdist has is written anew, with tabs.
    metadata = ConfigParser()
    root = Path(__file__).parent.parent
    assert metadata.read(root / "setup.cfg", encoding="utf-8")
    declared = metadata["options.entry_points"]["pytest11"]
    assert declared.strip() == "fkguard = fkguard.pytest_plugin"
    assert importlib.util.find_spec("fkguard.pytest_plugin") is not None
