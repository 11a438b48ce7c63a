"""``makemigrations`` tells what it wrote, to people and not to programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import Project

#: The project on disk has SQLite, whatever the leg.
pytestmark = pytest.mark.flavours("sqlite")

MODELS = """
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=10)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
"""
#: The foreign key becomes a plain number, which the state says and nobody notices.
GIVEN_UP = MODELS.replace(
    "models.ForeignKey(Author, models.CASCADE)",
    "models.ForeignKey(Author, models.CASCADE, db_constraint=False)",
)
HARMLESS = MODELS.replace("max_length=10", "max_length=20")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    change(project, MODELS)
    done = project.django("makemigrations", "library", "-v0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return project


def change(project: Project, models: str) -> None:
    (project.root / "library" / "models.py").write_text(models, encoding="utf-8")


def configure(project: Project, more: str) -> None:
    text = project.settings.read_text(encoding="utf-8")
    project.settings.write_text(text + more, encoding="utf-8")


@pytest.mark.smoke
def test_finding_is_told(project: Project) -> None:
    change(project, GIVEN_UP)

    done = project.django("makemigrations", "--name", "given_up")

    assert done.returncode == 0
    assert done.stderr.startswith(
        "fkguard findings for the new migrations:\n\n"
        "library/migrations/0002_given_up.py:14\n"
        "  warning  fkguard.W205  integrity_given_up, operation 1 [sqlite]\n"
    )
    assert done.stderr.endswith("1 migration: 1 warning.\n")
    assert "fkguard" not in done.stdout
    assert (project.migrations / "0002_given_up.py").exists()


def test_harmless_change_is_silent(project: Project) -> None:
    change(project, HARMLESS)

    done = project.django("makemigrations")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Alter field name on author" in done.stdout


def test_scriptable_output_is_paths_alone(project: Project) -> None:
    change(project, GIVEN_UP)

    done = project.django("makemigrations", "--scriptable", "--name", "given_up")

    path = Path("library") / "migrations" / "0002_given_up.py"
    assert done.stdout == f"{path}\n"
    assert "fkguard.W205" in done.stderr


@pytest.mark.parametrize("option", ["--dry-run", "--check"])
def test_nothing_is_told_of_what_is_not_written(project: Project, option: str) -> None:
    change(project, GIVEN_UP)

    done = project.django("makemigrations", option)

    assert (done.returncode, done.stderr) == (int(option == "--check"), "")
    assert "fkguard" not in done.stdout
    assert not (project.migrations / "0002_given_up.py").exists()


def test_updated_migration_is_told(project: Project) -> None:
    change(project, HARMLESS)
    project.django("makemigrations", "--name", "longer")
    change(project, GIVEN_UP.replace("max_length=10", "max_length=20"))

    done = project.django("makemigrations", "--update", "--name", "given_up")

    assert done.returncode == 0, done.stderr
    assert "library/migrations/0002_given_up.py:" in done.stderr
    assert "fkguard.W205" in done.stderr


@pytest.mark.parametrize(
    "setting", ['{"LINT_MAKEMIGRATIONS": False}', '{"MODE": "off"}']
)
def test_setting_turns_it_off(project: Project, setting: str) -> None:
    configure(project, f"FKGUARD = {setting}\n")
    change(project, GIVEN_UP)

    done = project.django("makemigrations")

    assert (done.returncode, done.stderr) == (0, "")


def test_fault_is_told_and_stops_nothing(project: Project) -> None:
    configure(
        project,
        "import fkguard.lint.makemigrations\n"
        "fkguard.lint.makemigrations.findings = lambda *args: 1 / 0\n",
    )
    change(project, GIVEN_UP)

    done = project.django("makemigrations", "--name", "given_up")

    assert done.returncode == 0
    assert done.stderr == (
        "fkguard could not check the new migrations: division by zero\n"
    )
    assert (project.migrations / "0002_given_up.py").exists()


def test_first_migration_of_an_app_is_read(project: Project) -> None:
    """Its package is younger than what Python remembers of the folder."""
    folder = project.root / "lending"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "models.py").write_text(
        "from django.db import models\n\n\n"
        "class Loan(models.Model):\n"
        "    class Meta:\n"
        "        constraints = [models.UniqueConstraint(\n"
        '            fields=["id"], include=["id"], name="loan_once")]\n',
        encoding="utf-8",
    )
    configure(project, 'INSTALLED_APPS += ["lending"]\n')

    done = project.django("makemigrations", "lending")

    assert done.returncode == 0
    assert "lending/migrations/0001_initial.py:" in done.stderr
    assert "fkguard.E501" in done.stderr


def test_command_of_another_app_is_told_too(project: Project) -> None:
    commands = project.root / "library" / "management" / "commands"
    commands.mkdir(parents=True)
    (commands / "makemigrations.py").write_text(
        "from django.core.management.commands import makemigrations\n\n\n"
        "class Command(makemigrations.Command):\n"
        "    def write_migration_files(self, changes, *args, **kwargs):\n"
        "        super().write_migration_files(changes, *args, **kwargs)\n"
        '        self.stdout.write("mine")\n',
        encoding="utf-8",
    )
    change(project, GIVEN_UP)

    done = project.django("makemigrations")

    assert done.stdout.endswith("mine\n")
    assert done.stderr.count("fkguard.W205") == 1
