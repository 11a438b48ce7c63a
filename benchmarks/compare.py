"""
Show what linters say of migrations that lose constraints: `make compare`.

Writes a project in which each app has two migrations, the second of which loses a
constraint, or does no harm. Of each tool the table tells whether it reports the second
one as an error or a warning, and whether its output holds the lost constraint: its
name, or the column of the foreign key.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

#: What the second migration does -> its operations. The last two do no harm.
CASES = {
    "unique_member": 'migrations.RemoveField("book", "shelf")',
    "readded_column": (
        'migrations.RemoveField("book", "code"),\n'
        '        migrations.AddField("book", "code", models.IntegerField(null=True))'
    ),
    "check_member": 'migrations.RemoveField("book", "high")',
    "referenced_unique": (
        'migrations.AlterField("author", "code", models.IntegerField())'
    ),
    "referenced_table": 'migrations.DeleteModel("author")',
    "moved_primary_key": (
        'migrations.RemoveField("author", "id"),\n'
        '        migrations.AlterField("author", "code", '
        "models.IntegerField(primary_key=True))"
    ),
    "added_column": (
        'migrations.AddField("book", "more", models.IntegerField(null=True))'
    ),
    "added_index": (
        'migrations.AddIndex("book", models.Index(fields=["low"], name="low_ix"))'
    ),
}
HARMLESS = {"added_column", "added_index"}

INITIAL = """
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Author", [
            ("id", models.BigAutoField(primary_key=True)),
            ("code", models.IntegerField(unique=True)),
        ]),
        migrations.CreateModel("Book", [
            ("id", models.BigAutoField(primary_key=True)),
            ("row", models.IntegerField(default=0)),
            ("shelf", models.IntegerField(default=0)),
            ("code", models.IntegerField(null=True)),
            ("low", models.IntegerField(default=0)),
            ("high", models.IntegerField(default=0)),
            ("author", models.ForeignKey("{app}.Author", models.CASCADE)),
            ("other", models.ForeignKey("{app}.Author", models.CASCADE,
                to_field="code", related_name="+")),
        ], options={{
            "unique_together": {{("row", "shelf")}},
            "constraints": [
                models.UniqueConstraint(fields=["code", "row"], name="{app}_code"),
                models.CheckConstraint(
                    condition=models.Q(low__lte=models.F("high")), name="{app}_range"
                ),
            ],
        }}),
    ]
"""
CHANGE = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "0001_initial")]
    operations = [
        {operations},
    ]
"""
SETTINGS = """
INSTALLED_APPS = [
    "django.contrib.contenttypes", {apps},
    {tools},
    "fkguard",
]
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
}}
SECRET_KEY = "compare"
"""
#: Tool -> its command, and what it prints of a migration that it reports.
TOOLS = {
    "fkguard lint": (
        ["fkguard", "lint", "--database-vendor", "postgresql"],
        r"^{app}/migrations/0002_change\.py:\d+\n  (error|warning)",
    ),
    "django-migration-linter": (
        ["lintmigrations", "--no-cache"],
        r"\({app}, 0002_change\)\.\.\. (ERR|WARN)",
    ),
    "django-safe-migrations": (
        ["check_migrations"],
        r"(ERROR|WARNING) \[\w+\] \S*/{app}/migrations/0002_change",
    ),
    "django-migrations-inspector": (
        ["migration_inspect", "audit", "--offline"],
        r"(?<!\w){app}\.0002_change",
    ),
}
#: What tells that a tool speaks of the constraint and not of the operation alone.
LOST = {
    "unique_member": r"row, shelf|unique_member_book_row_shelf",
    "readded_column": r"readded_column_code",
    "check_member": r"check_member_range",
    "referenced_unique": r"referenced_unique\w*other_id|\(other_id\)",
    "referenced_table": r"referenced_table\w*author_id|\(author_id\)",
    "moved_primary_key": r"moved_primary_key\w*author_id|\(author_id\)",
}
MODULES = (
    "django_migration_linter",
    "django_safe_migrations",
    "django_migration_inspector",
)


def write(folder: Path) -> None:
    for app, operations in CASES.items():
        package = folder / app / "migrations"
        package.mkdir(parents=True, exist_ok=True)
        (folder / app / "__init__.py").touch()
        (package / "__init__.py").touch()
        (package / "0001_initial.py").write_text(INITIAL.format(app=app))
        (package / "0002_change.py").write_text(
            CHANGE.format(app=app, operations=operations)
        )
    listed = ", ".join(f'"{app}"' for app in CASES)
    tools = ", ".join(f'"{each}"' for each in MODULES)
    (folder / "compare_settings.py").write_text(
        SETTINGS.format(apps=listed, tools=tools)
    )


def output(folder: Path, command: list[str]) -> str:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "compare_settings",
        "PYTHONPATH": f"{folder}{os.pathsep}{Path.cwd()}",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Traceback" in done.stderr:
        raise SystemExit(done.stderr)
    return done.stdout + done.stderr


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        write(folder)
        rows = []
        for name, (command, reports) in TOOLS.items():
            text = output(folder, command)
            said = {
                app for app in CASES if re.search(reports.format(app=app), text, re.M)
            }
            lost = CASES.keys() - HARMLESS
            named = {app for app in lost & said if re.search(LOST[app], text)}
            rows.append(
                f"| {name} | {len(said & lost)} of {len(lost)} "
                f"| {len(named)} of {len(lost)} "
                f"| {len(said & HARMLESS)} of {len(HARMLESS)} |"
            )
    print("| tool | reported | lost constraint named | harmless ones reported |")
    print("|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
