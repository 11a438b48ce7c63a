"""``manage.py fkguard lint``: what it prints, where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fkguard import pytest_plugin, reports
from fkguard.management.subcommands import lint as subcommand
from tests.project import Project
from tests.test_fixes import REMOVE, UNIQUE

#: The project on disk has SQLite, whatever the leg.
pytestmark = pytest.mark.flavours("sqlite")

ON = ("--database-vendor", "postgresql")
PAGE = "https://fkguard.readthedocs.io/en/latest/reference/hazards"
TEXT = f"""\
library/migrations/0002_step.py:8
  error  fkguard.E101  unique_member_dropped, operation 1 [postgresql]
    Removing library_book.series drops UNIQUE book_place (series, number).
    PostgreSQL 15 silently drops every unique constraint that uses a dropped column. \
The migration state still declares it.
    Write instead:

        migrations.RemoveConstraint(model_name="Book", name="book_place"),
        migrations.RemoveField(model_name="Book", name="series"),
        # and AddConstraint with fields=["number"], if that is the new rule
    See {PAGE}/unique_member_dropped.html

2 migrations: 1 error.
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.start(UNIQUE)
    project.step(2, REMOVE)
    return project


def test_choices_are_those_of_the_reports() -> None:
    """The parser is built without the reports."""
    assert subcommand.FORMATS == reports.FORMATS
    assert subcommand.LEVELS == pytest_plugin.LEVELS == reports.LEVELS


@pytest.mark.smoke
def test_text(project: Project) -> None:
    done = project.python("-m", "django", "fkguard", "lint", *ON, fresh=True)

    assert (done.returncode, done.stdout, done.stderr) == (1, TEXT, "")


def test_text_in_colour(project: Project) -> None:
    done = project.django("fkguard", "--force-color", "lint", *ON)

    assert "\x1b[31;1merror  fkguard.E101\x1b[0m" in done.stdout


def test_clean(project: Project) -> None:
    (project.migrations / "0002_step.py").unlink()

    done = project.lint(*ON)

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "1 migration: nothing found.\n",
        "",
    )


@pytest.mark.parametrize("format", ["json", "sarif", "github", "gitlab", "junit"])
def test_format(project: Project, format: str) -> None:
    done = project.lint(*ON, "--format", format)

    assert (done.returncode, done.stderr) == (1, "")
    if format == "github":
        start = (
            "::error file=library/migrations/0002_step.py,line=8,"
            "title=fkguard.E101 unique_member_dropped::Removing library_book.series"
        )
        assert done.stdout.startswith(start)
    elif format == "junit":
        suite = ElementTree.fromstring(done.stdout).find("testsuite")
        assert suite is not None
        assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    else:
        json.loads(done.stdout)
    assert str(project.root) not in done.stdout
    assert str(Path.home()) not in done.stdout


def test_output_goes_to_a_file(project: Project) -> None:
    done = project.lint(*ON, "--output", "report.txt")

    assert (done.returncode, done.stdout) == (1, "2 migrations: 1 error.\n")
    assert (project.root / "report.txt").read_text(encoding="utf-8") == TEXT


def test_output_that_cannot_be_written(project: Project) -> None:
    done = project.lint(*ON, "--output", "nowhere/report.txt")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "CommandError: nowhere/report.txt cannot be written: No such file or "
        "directory.\n"
    )


def test_fail_level(project: Project) -> None:
    project.step(
        2, 'migrations.RemoveConstraint(model_name="book", name="book_place"),'
    )

    assert project.lint(*ON).returncode == 0
    assert project.lint(*ON, "--fail-level", "warning").returncode == 1


def test_could_not_run(project: Project) -> None:
    done = project.lint("--database-vendor", "nowhere")

    assert done.returncode == 2
    assert done.stderr.startswith("CommandError: ")


@pytest.mark.parametrize("number", ["0", "-1"])
def test_latest_none(project: Project, number: str) -> None:
    for arguments in (("--latest", number), (f"--latest-overall={number}",)):
        done = project.lint(*ON, *arguments)

        assert (done.returncode, done.stdout) == (2, "")
        assert f"'{number}' must be a positive integer." in done.stderr


def test_broken_migration_is_no_clean_run(project: Project) -> None:
    project.write("0003_broken", "import nowhere\n")

    done = project.lint(*ON)

    assert done.returncode == 2
    assert "1 not analyzed.\n" in done.stdout
    assert "library/migrations/0003_broken.py:1\n  error  not analyzed\n" in done.stdout


def test_broken_migration_names_no_whole_path(project: Project) -> None:
    project.write("0003_broken", "from library import nothing\n")

    done = project.lint(*ON, "library")

    assert "cannot import name 'nothing' from 'library' (library/__init__.py)" in (
        done.stdout
    )
    assert str(project.root) not in done.stdout


def test_migration_of_a_package_is_named_as_it_is_imported(project: Project) -> None:
    settings = project.settings.read_text("utf-8")
    settings += 'INSTALLED_APPS += ["django.contrib.contenttypes"]\n'
    project.settings.write_text(settings, encoding="utf-8")

    done = project.lint(*ON, "--third-party", "--format", "junit")

    assert (
        'file="django/contrib/contenttypes/migrations/0001_initial.py"' in done.stdout
    )


def test_baseline_leaves_the_new_ones(project: Project) -> None:
    done = project.lint(*ON, "--write-baseline", "known.json")
    assert (done.returncode, done.stdout) == (0, "1 finding in known.json.\n")
    (entry,) = json.loads((project.root / "known.json").read_text("utf-8"))["entries"]
    assert entry == {
        "migration": "library.0002_step",
        "id": "E101",
        "table": "library_book",
        "constraint": "book_place",
        "vendors": ["postgresql"],
        "message": "Removing library_book.series drops UNIQUE book_place (series, "
        "number).",
        "reason": "",
    }

    done = project.lint(*ON, "--baseline", "known.json")
    assert (done.returncode, done.stdout) == (
        0,
        "2 migrations: nothing found.\n1 finding is in the baseline known.json.\n",
    )

    project.step(
        3,
        REMOVE.replace("RemoveField", "AddField").replace(
            "),\n", ", field=models.IntegerField(unique=True, null=True)),\n"
        ),
    )
    project.step(
        4,
        'migrations.AlterField(model_name="book", name="series", '
        "field=models.IntegerField(null=True)),",
    )
    done = project.lint(*ON, "--baseline", "known.json", "--fail-level", "warning")
    assert done.returncode == 1
    assert "0004_step.py:8" in done.stdout
    assert "0002_step.py" not in done.stdout


def test_baseline_is_told_what_it_lists_in_vain(project: Project) -> None:
    project.lint(*ON, "--write-baseline", "known.json")
    project.lint(*ON, "--fix", "--write")

    done = project.lint(*ON, "--baseline", "known.json", "--fail-level", "warning")

    assert done.returncode == 1
    assert (
        "known.json\n"
        "  warning  fkguard.W007  baseline_unmatched\n"
        "    The baseline's entry of E101 for book_place in library.0002_step matches "
        "nothing.\n"
    ) in done.stdout

    # Another database, or another migration, says nothing of it.
    done = project.lint(
        "--database-vendor", "mysql", "--baseline", "known.json", "library.0001"
    )
    assert "W007" not in done.stdout


def test_acknowledgement_counts_and_an_unused_one_is_reported(
    project: Project,
) -> None:
    path = project.migrations / "0002_step.py"
    text = path.read_text("utf-8")
    head = "from fkguard import acknowledge\n"
    given = (
        "    fkguard_acknowledged = [\n"
        '        acknowledge("E101", "book_place", reason="Wanted."),\n'
        '        acknowledge("E101", "book_plaice", reason="A fish."),\n'
        "    ]\n"
    )
    text = text.replace("    operations", f"{given}\n    operations")
    path.write_text(head + text, encoding="utf-8")

    done = project.lint(*ON, "--fail-level", "warning")

    assert done.returncode == 1
    assert "E101" not in done.stdout.replace("acknowledgement of E101", "")
    assert "The acknowledgement of E101 for book_plaice matches nothing." in done.stdout


def test_acknowledgement_in_settings_counts(project: Project) -> None:
    settings = project.settings.read_text("utf-8")
    settings += (
        'FKGUARD = {"ACKNOWLEDGED": {"library.0002_step": '
        '[("E101", "book_place", "Wanted.")]}}\n'
    )
    project.settings.write_text(settings, encoding="utf-8")

    done = project.lint(*ON)

    assert (done.returncode, done.stdout) == (0, "2 migrations: nothing found.\n")


def test_acknowledgement_in_settings_for_no_migration(project: Project) -> None:
    settings = project.settings.read_text("utf-8")
    settings += (
        'FKGUARD = {"ACKNOWLEDGED": {"libary.0002_step": '
        '[("E101", "book_place", "Wanted.")], '
        '"library": [("E701", "book_place", "Wanted.")]}}\n'
    )
    project.settings.write_text(settings, encoding="utf-8")

    whole = project.lint(*ON, "--fail-level", "warning")
    one = project.lint(*ON, "--fail-level", "warning", "--latest", "1")

    assert "The acknowledgement of E101 for book_place matches nothing." in whole.stdout
    assert "There is no migration libary.0002_step." in whole.stdout
    assert whole.stdout.endswith("\n2 migrations: 1 error, 1 warning.\n")
    assert "W006" not in one.stdout


def test_baseline_that_is_not_there(project: Project) -> None:
    done = project.lint(*ON, "--baseline", "none.json")

    assert done.returncode == 2
    assert done.stderr == (
        "CommandError: The baseline none.json cannot be read: No such file or "
        "directory.\n"
    )


def configure(project: Project, text: str) -> None:
    """Write the table of pyproject.toml."""
    (project.root / "pyproject.toml").write_text(text, encoding="utf-8")


def test_pyproject_sets_the_defaults(project: Project) -> None:
    configure(
        project,
        '[tool.fkguard]\ndatabase-vendor = ["mysql:8.4"]\nfail-level = "warning"\n',
    )
    done = project.lint("library.0002")

    assert "[mysql:8.4]" in done.stdout
    # What the command line says wins.
    assert "[postgresql]" in project.lint(*ON).stdout


def test_pyproject_sets_the_level_that_fails(project: Project) -> None:
    project.step(
        2, 'migrations.RemoveConstraint(model_name="book", name="book_place"),'
    )
    assert project.lint(*ON).returncode == 0
    configure(project, '[tool.fkguard]\nfail-level = "warning"\n')
    assert project.lint(*ON).returncode == 1
    assert project.lint(*ON, "--fail-level", "error").returncode == 0


def test_pyproject_of_other_tools_changes_nothing(project: Project) -> None:
    configure(project, "[tool.ruff]\nline-length = 88\n")

    assert project.lint(*ON).stdout == TEXT


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "fail_level = 3",
            (
                "[tool.fkguard] in pyproject.toml has no key 'fail_level'. Valid keys: "
                "database-vendor, fail-level, baseline, reverse, third-party."
            ),
        ),
        (
            'fail-level = "fatal"',
            (
                "[tool.fkguard] in pyproject.toml: fail-level must be one of error, "
                "warning, info."
            ),
        ),
        (
            'database-vendor = "mysql"',
            (
                "[tool.fkguard] in pyproject.toml: database-vendor must be a list of "
                "strings."
            ),
        ),
        ("baseline = [", "pyproject.toml cannot be read: "),
    ],
)
def test_pyproject_with_a_mistake(project: Project, table: str, message: str) -> None:
    configure(project, f"[tool.fkguard]\n{table}\n")
    done = project.lint()

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"CommandError: {message}")
