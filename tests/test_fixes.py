"""Each fix is written, judged again, and leaves nothing to refuse."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import CheckConstraint, F, Q, Value
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import Exact

from fkguard.lint.fix import renaming
from tests.project import Project

#: The project on disk has SQLite, whatever the leg.
pytestmark = pytest.mark.flavours("sqlite")

ALL = ("postgresql", "mysql", "mariadb", "sqlite")

UNIQUE = """{"constraints": [
    models.UniqueConstraint(fields=["series", "number"], name="book_place"),
]}"""
CONDITION = """{"constraints": [
    models.UniqueConstraint(
        fields=["number"],
        condition=models.Q(series__isnull=False),
        name="book_number",
    ),
]}"""
CHECK = """{"constraints": [
    models.CheckConstraint(
        condition=models.Q(series__gt=models.F("number")), name="book_order"
    ),
]}"""
TOGETHER = '{"unique_together": {("series", "shelf"), ("number", "shelf")}}'
EVERYTHING = """{
    "unique_together": {("series", "shelf"), ("number", "shelf")},
    "constraints": [
        models.UniqueConstraint(fields=["series", "number"], name="book_place"),
        models.CheckConstraint(
            condition=models.Q(series__gt=models.F("number")), name="book_order"
        ),
    ],
}"""

REMOVE = 'migrations.RemoveField(model_name="book", name="series"),\n'
ADD = """\
migrations.AddField(
    model_name="book", name="series", field=models.IntegerField(null=True)
),
"""
OTHER = 'migrations.RunSQL("SELECT 1", "SELECT 1"),\n'
AWAY = """\
migrations.RemoveConstraint(
    model_name="book",
    name="book_place",
),
"""
AGAIN = """\
migrations.AddConstraint(
    model_name="book",
    constraint=models.UniqueConstraint(fields=("series", "number"), name="book_place"),
),
"""
RENAME = """\
migrations.RenameField(model_name="book", old_name="shelf", new_name="series"),
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def vendors(names: tuple[str, ...] = ALL) -> list[str]:
    return [part for name in names for part in ("--database-vendor", name)]


def fix(project: Project, *names: str) -> None:
    """Write the fixes of what is found; judged again, there is no error."""
    chosen = vendors(names or ALL)

    done = project.lint("--fix", "--write", *chosen)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith("Wrote ")
    # By a process that remembers nothing of the old files.
    again = project.lint(*chosen)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert "error" not in again.stdout


def body(text: str) -> str:
    """Return the operations of a migration, at no margin."""
    lines = text.split("operations = [\n")[1].removesuffix("    ]\n").splitlines(True)
    return "".join(line.removeprefix("        ") for line in lines)


def test_member_of_a_unique_is_removed(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, OTHER + REMOVE)

    fix(project)

    assert body(project.read("0002_step")) == OTHER + AWAY + REMOVE


def test_member_of_a_check_is_removed(project: Project) -> None:
    project.start(CHECK)
    project.step(2, REMOVE)

    fix(project)

    assert body(project.read("0002_step")) == AWAY.replace("place", "order") + REMOVE


def test_column_of_a_condition_is_removed(project: Project) -> None:
    project.start(CONDITION)
    project.step(2, REMOVE)

    fix(project, "postgresql", "sqlite")

    assert body(project.read("0002_step")) == AWAY.replace("place", "number") + REMOVE


def test_member_of_unique_together_is_removed(project: Project) -> None:
    project.start(TOGETHER)
    project.step(2, REMOVE)

    fix(project)

    assert body(project.read("0002_step")) == (
        "migrations.AlterUniqueTogether(\n"
        '    name="book",\n'
        '    unique_together={("number", "shelf")},\n'
        "),\n" + REMOVE
    )


def test_column_of_a_check_is_renamed(project: Project) -> None:
    project.start(CHECK.replace('F("number")', 'F("number") + models.F("series")'))
    rename = RENAME.replace("shelf", "series").replace(
        'new_name="series"', 'new_name="row"'
    )
    project.step(2, rename)

    fix(project, "mysql")

    assert body(project.read("0002_step")) == (
        AWAY.replace("place", "order")
        + rename
        + "migrations.AddConstraint(\n"
        + '    model_name="book",\n'
        + '    constraint=models.CheckConstraint(condition=models.Q(("row__gt", '
        + 'django.db.models.expressions.CombinedExpression(models.F("number"), "+", '
        + 'models.F("row")))), name="book_order"),\n'
        + "),\n"
    )


def test_removal_that_comes_after_the_rename_is_moved(project: Project) -> None:
    project.start(CHECK)
    rename = RENAME.replace("shelf", "series").replace(
        'new_name="series"', 'new_name="row"'
    )
    away = AWAY.replace("place", "order")
    project.step(2, rename + away)

    fix(project, "mysql")

    assert body(project.read("0002_step")) == away + rename


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (~Q(a__gt=1) | Q(b__in=("a", "b")), ~Q(z__gt=1) | Q(b__in=("a", "b"))),
        (Q(b__lte=F("a") * 2, ab="a"), Q(b__lte=F("z") * 2, ab="a")),
        (
            Q(Exact(Lower("a"), Value("a"))) & Q(b=Coalesce("a__x", "b")),
            Q(Exact(Lower("z"), Value("a"))) & Q(b=Coalesce("z__x", "b")),
        ),
    ],
)
def test_condition_is_renamed(condition: Q, expected: Q) -> None:
    check = CheckConstraint(condition=condition, name="one")

    assert renaming.renamed_check(check, "a", "z") == CheckConstraint(
        condition=expected, name="one"
    )
    assert check.condition == condition


def test_two_members_of_unique_together_are_removed(project: Project) -> None:
    project.start(TOGETHER)
    project.step(2, REMOVE + REMOVE.replace("series", "number"))

    fix(project)

    assert body(project.read("0002_step")) == (
        "migrations.AlterUniqueTogether(\n"
        '    name="book",\n'
        '    unique_together={("number", "shelf")},\n'
        "),\n" + REMOVE + "migrations.AlterUniqueTogether(\n"
        '    name="book",\n'
        "    unique_together=set(),\n"
        "),\n" + REMOVE.replace("series", "number")
    )


def test_all_at_once(project: Project) -> None:
    project.start(EVERYTHING)
    project.step(2, REMOVE)

    fix(project)

    assert body(project.read("0002_step")).count("migrations.") == 4


def test_column_comes_back(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, REMOVE + OTHER + ADD + OTHER)

    fix(project)

    assert body(project.read("0002_step")) == (
        AWAY + REMOVE + OTHER + ADD + AGAIN + OTHER
    )


def test_column_comes_back_by_a_rename(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, REMOVE + RENAME)

    fix(project)

    assert body(project.read("0002_step")) == AWAY + REMOVE + RENAME + AGAIN


def test_columns_of_everything_come_back(project: Project) -> None:
    project.start(EVERYTHING)
    project.step(2, REMOVE + ADD)

    fix(project)

    text = body(project.read("0002_step"))
    assert text.count("AddConstraint") == text.count("RemoveConstraint") == 2
    assert text.count("AlterUniqueTogether") == 2


def test_removal_that_comes_too_late_is_moved(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, REMOVE + OTHER + AWAY)

    fix(project)

    assert body(project.read("0002_step")) == AWAY + REMOVE + OTHER


def test_removal_in_a_later_migration_is_moved(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, REMOVE)
    project.step(3, OTHER + AWAY)

    fix(project)

    assert body(project.read("0002_step")) == AWAY + REMOVE
    assert body(project.read("0003_step")) == OTHER


@pytest.mark.smoke
def test_fixed_migrations_run(project: Project) -> None:
    """Django itself refuses the migration that was written, and runs the fixed one."""
    project.start(EVERYTHING)
    project.step(2, REMOVE + ADD)
    unguarded = 'INSTALLED_APPS = ["library"]\n'
    guarded = project.settings.read_text(encoding="utf-8")
    project.settings.write_text(guarded + unguarded, encoding="utf-8")
    assert project.django("migrate", "-v0").returncode != 0
    (project.root / "library.sqlite3").unlink()

    project.settings.write_text(guarded, encoding="utf-8")
    fix(project, "sqlite")

    done = project.django("migrate", "-v0")
    assert (done.returncode, done.stderr) == (0, "")


def test_fix_alone_prints_a_diff_and_changes_nothing(project: Project) -> None:
    project.start(UNIQUE)
    project.step(2, REMOVE)
    before = project.read("0002_step")

    done = project.lint("--fix", *vendors())

    assert done.returncode == 1
    assert done.stdout == (
        "--- a/library/migrations/0002_step.py\n"
        "+++ b/library/migrations/0002_step.py\n"
        "@@ -5,5 +5,9 @@\n"
        '     dependencies = [("library", "0001_initial")]\n'
        " \n"
        "     operations = [\n"
        "+        migrations.RemoveConstraint(\n"
        '+            model_name="book",\n'
        '+            name="book_place",\n'
        "+        ),\n"
        '         migrations.RemoveField(model_name="book", name="series"),\n'
        "     ]\n"
    )
    assert done.stderr == ""
    assert project.read("0002_step") == before


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("]\n", "]\n\f\n# \u2028 \x85 \x1c"),
        lambda text: text.replace("    op", "    # old\r    # new\n    op"),
        lambda text: text.replace("\n", "\r\n"),
    ],
    ids=["no newline at the end", "other breaks", "return", "both"],
)
def test_git_applies_the_diff(project: Project, change: Callable[[str], str]) -> None:
    project.start(UNIQUE)
    path = project.step(2, REMOVE)
    path.write_bytes(change(project.read("0002_step")).encode())
    diff = project.root / "fix.diff"

    # As it is: to read it as text would change its line breaks.
    project.python(
        "-c",
        "import sys, django; from django.core.management import call_command;"
        "django.setup();"
        "file = open('fix.diff', 'w', encoding='utf-8', newline='');"
        "call_command('fkguard', 'lint', '--fix', *sys.argv[1:], stdout=file)",
        *vendors(),
    )
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    applied = subprocess.run(
        ["git", "apply", "--verbose", diff.name],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert applied.returncode == 0, applied.stderr
    assert "RemoveConstraint" in project.read("0002_step")
    done = project.lint("--fix", *vendors())
    assert (done.returncode, done.stdout.count("+++")) == (0, 0)


def test_file_of_an_encoding_without_the_name_is_left(project: Project) -> None:
    project.start(UNIQUE.replace("book_place", "book_\u0142"))
    path = project.step(2, REMOVE)
    path.write_bytes(b"# -*- coding: latin-1 -*-\n" + path.read_bytes())
    before = path.read_bytes()

    done = project.lint("--fix", "--write", *vendors(("postgresql",)))

    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr == (
        "No fix for fkguard.E101 in library.0002_step: the file is written in "
        "iso-8859-1, which has no '\\u0142'.\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        (
            'migrations.DeleteModel(name="Book"),',
            "no operation to write instead is known to be safe",
        ),
        (
            f"migrations.SeparateDatabaseAndState([{REMOVE}], [{REMOVE}]),",
            "have a recipe, and this is SeparateDatabaseAndState",
        ),
        (f"*[{REMOVE.strip()}],", "its list of operations is not written out"),
    ],
    ids=["table", "separate", "starred"],
)
def test_what_has_no_fix_is_told(
    project: Project, operations: str, reason: str
) -> None:
    project.start(UNIQUE)
    if "DeleteModel" in operations:
        project.step(
            2,
            'migrations.CreateModel("Loan", [("id", models.BigAutoField('
            'primary_key=True)), ("book", models.ForeignKey("library.Book", '
            "models.CASCADE))]),",
        )
        path = project.step(3, operations)
    else:
        path = project.step(2, operations)
    before = path.read_text(encoding="utf-8")

    done = project.lint("--fix", "--write", *vendors(("postgresql",)))

    assert done.returncode == 1, done.stdout + done.stderr
    assert f" in library.{path.stem}: " in done.stderr
    assert f"{reason}.\n" in done.stderr
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("options", [("--format", "json"), ("--output", "x.txt")])
def test_diff_is_no_report(project: Project, options: tuple[str, str]) -> None:
    done = project.lint("--fix", *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert "--fix --write" in done.stderr


def test_write_goes_with_fix(project: Project) -> None:
    project.start()

    done = project.lint("--write")

    assert (done.returncode, done.stderr) == (
        2,
        "CommandError: --write goes with --fix.\n",
    )
