"""
A project of a thousand tables, and what fkguard costs on it.

    python -m benchmarks.foreign_keys [--database NAME]... [--tables N]
                                      [--foreign-keys N] [--pairs N]

`write()` writes the project, apps with models and migrations, into a directory;
`Large` makes its tables in a database and runs manage.py commands on it. What is
measured beside this uses both. Run from the root of the repository, with the URLs
of the servers in the environment, as tests/settings.py reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
APPS = 10

SETTINGS = """
from benchmarks.settings import DATABASES

SECRET_KEY = "benchmark"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = {apps!r}
import os
if os.environ.get("FKGUARD_BENCH_GUARDED"):
    INSTALLED_APPS.append("fkguard")
"""

#: Makes the tables with one editor: rendering a state of so many models after each
#: operation, as migrate does, takes Django longer than everything else here.
TABLES = """
import django
django.setup()
from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

with connection.schema_editor() as editor:
    for model in apps.get_models():
        editor.create_model(model)
recorder = MigrationRecorder(connection)
for config in apps.get_app_configs():
    if config.label.startswith("large"):
        for name in ("0001_tables", "0002_foreign_keys"):
            recorder.record_applied(config.label, name)
"""

#: Counts the statements of one command.
COUNTED = """
import io, json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

with CaptureQueriesContext(connection) as queries:
    call_command(*sys.argv[1:], stdout=io.StringIO(), stderr=io.StringIO())
print(json.dumps(len(queries)))
"""

#: Times the look at the foreign keys alone.
ALONE = """
import time
import django
django.setup()
from django.db import connection
from fkguard.checks import check_foreign_keys
connection.ensure_connection()
begin = time.perf_counter()
check_foreign_keys(None, databases=["default"])
print(time.perf_counter() - begin)
"""


def references(number: int, each: int) -> list[int]:
    """Return the models that a model references; each is there before it."""
    return [(number * 7 + step * 13) % number for step in range(each)] if number else []


def write(directory: Path, tables: int = 1000, foreign_keys: int = 3000) -> list[str]:
    """Write a project and return the labels of its apps.

    Model ``n`` is ``large<n % APPS>.Model<n>`` with a code, a number, a unique and as
    many foreign keys to earlier models as it takes.
    """
    apps = [f"large{number}" for number in range(APPS)]
    (directory / "large_settings.py").write_text(SETTINGS.format(apps=apps))
    each = -(-foreign_keys // max(tables - 1, 1))
    left = foreign_keys
    models: dict[str, list[str]] = {app: [] for app in apps}
    operations: dict[str, list[str]] = {app: [] for app in apps}
    later: list[tuple[str, str]] = []
    for number in range(tables):
        app = apps[number % APPS]
        fields = {"code": "models.CharField(max_length=30, unique=True)"}
        fields["number"] = "models.IntegerField(default=0)"
        targets = references(number, min(each, left))
        left -= len(targets)
        relations = {
            f"to{place}": (
                f'models.ForeignKey("{apps[to % APPS]}.Model{to}", models.CASCADE, '
                'related_name="+")'
            )
            for place, to in enumerate(targets)
        }
        body = "".join(
            f"    {name} = {field}\n" for name, field in {**fields, **relations}.items()
        )
        models[app].append(f"class Model{number}(models.Model):\n{body}")
        listed = ", ".join(f'("{name}", {field})' for name, field in fields.items())
        operations[app].append(
            f'migrations.CreateModel("Model{number}", '
            f'[("id", models.BigAutoField(primary_key=True)), {listed}])'
        )
        later += [
            (app, f'migrations.AddField("Model{number}", "{name}", {field})')
            for name, field in relations.items()
        ]
    for app in apps:
        package = directory / app
        (package / "migrations").mkdir(parents=True)
        for place in (package, package / "migrations"):
            (place / "__init__.py").touch()
        source = "from django.db import models\n\n\n" + "\n\n".join(models[app])
        (package / "models.py").write_text(source)
        migration(package, "0001_tables", [], operations[app])
        migration(
            package,
            "0002_foreign_keys",
            [(each, "0001_tables") for each in apps],
            [text for owner, text in later if owner == app],
        )
    return apps


def migration(
    package: Path, name: str, needs: list[tuple[str, str]], operations: list[str]
) -> None:
    """Write one migration."""
    body = ",\n        ".join(operations)
    (package / "migrations" / f"{name}.py").write_text(
        textwrap.dedent(
            """\
            from django.db import migrations, models


            class Migration(migrations.Migration):
                dependencies = {needs!r}
                operations = [
                    {body}
                ]
            """
        ).format(needs=needs, body=body)
    )


class Large:
    """The project in a directory of its own, and its tables in a database."""

    def __init__(
        self, database: str, tables: int = 1000, foreign_keys: int = 3000
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="fkguard_keys"))
        write(self.directory, tables, foreign_keys)
        name = f"fkguard_keys_{os.getpid()}"
        if database == "sqlite":
            name = str(self.directory / "large.sqlite3")
        self.environment = {
            **{k: v for k, v in os.environ.items() if k != "FKGUARD_MODE"},
            "PYTHONPATH": os.pathsep.join([str(self.directory), str(ROOT)]),
            "DJANGO_SETTINGS_MODULE": "large_settings",
            "FKGUARD_BENCH_DATABASE": database,
            "FKGUARD_BENCH_NAME": name,
        }

    def __enter__(self) -> Large:
        self.run("-m", "benchmarks.child", "create")
        self.run("-c", TABLES)
        return self

    def __exit__(self, *exception: object) -> None:
        self.run("-m", "benchmarks.child", "drop")
        shutil.rmtree(self.directory)

    def run(self, *arguments: str, guarded: bool = False) -> tuple[float, str]:
        """Run Python; return its seconds and its output."""
        environment = dict(self.environment)
        if guarded:
            environment["FKGUARD_BENCH_GUARDED"] = "1"
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - begin
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
        return seconds, done.stdout

    def django(self, *arguments: str, guarded: bool = False) -> float:
        """Run a command of manage.py and return its seconds."""
        return self.run("-m", "django", *arguments, guarded=guarded)[0]

    def queries(self, *arguments: str) -> int:
        """Return how many statements a command runs, with fkguard."""
        return int(json.loads(self.run("-c", COUNTED, *arguments, guarded=True)[1]))


def pairs(large: Large, number: int) -> Iterator[tuple[float, float, float, float]]:
    """Yield the seconds of ``migrate --plan`` and of ``check --database``.

    Without fkguard and with it, which both commands then run; last what the look at
    the foreign keys takes by itself.
    """
    for each in range(number + 1):
        plain = large.django("migrate", "--plan")
        plan = large.django("migrate", "--plan", guarded=True)
        check = large.django("check", "--database", "default", guarded=True)
        alone = float(large.run("-c", ALONE, guarded=True)[1])
        if each:  # The first one is for the caches of the machine.
            yield plain, plan, check, alone


def show(what: str, ratios: list[float]) -> bool:
    """Print the ratios of one figure; say whether they are over 1."""
    is_over = median(ratios) > 1
    print(
        f"  {what:<58}{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        f"  {'OVER' if is_over else 'within'} 1.00",
        flush=True,
    )
    return is_over


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--database", action="append")
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--foreign-keys", type=int, default=3000)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args(arguments)
    is_over = False
    for database in options.database or ["sqlite", "postgresql", "mysql", "mariadb"]:
        print(f"\n{database}: {options.tables} tables, {options.foreign_keys} keys")
        with Large(database, 20, 60) as small:
            few = small.queries("check", "--database", "default")
        with Large(database, options.tables, options.foreign_keys) as large:
            many = large.queries("check", "--database", "default")
            found = list(pairs(large, options.pairs))
        print(f"  statements of check --database: {many}, and {few} with 20 tables")
        is_over |= many != few
        is_over |= show(
            "check --database of migrate --plan, both with fkguard",
            [check / plan for _, plan, check, _ in found],
        )
        is_over |= show(
            "the look at foreign keys of migrate --plan without fkguard",
            [alone / plain for plain, *_, alone in found],
        )
        seconds = [f"{median(each):.2f}" for each in zip(*found, strict=True)]
        print(
            f"  seconds: migrate --plan {seconds[0]}, with fkguard {seconds[1]}; check "
            f"--database with fkguard {seconds[2]}, of which its own {seconds[3]}",
            flush=True,
        )
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
