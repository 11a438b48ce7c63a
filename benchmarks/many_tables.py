"""
One command of a project with many tables, for `benchmarks/run.py --tables`.

    python -m benchmarks.many_tables VERB

``FKGUARD_BENCH_LARGE`` is the folder of the app, which `write` fills with as many
models as ``FKGUARD_BENCH_TABLES``. Every other verb is timed in a process of its
own, so that the memory is its own, too; it prints JSON: its seconds, its statements,
and those that read the catalogue.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

#: Models of one migration, and of one group that references its first.
STEP, GROUP = 50, 10

MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [{dependencies}]
    operations = [{operations}]
"""
CREATE = """
        migrations.CreateModel(
            "Model{n}",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=30, unique=True)),
                ("number", models.IntegerField()),
                ("place", models.PositiveIntegerField(default=0)),
                (
                    "first",
                    models.ForeignKey(
                        "large.Model{first}", models.CASCADE, null=True,
                        related_name="+",
                    ),
                ),
                {many}
            ],
            options={{
                "unique_together": {{("number", "place")}},
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(number__gte=0), name="c_{n}"
                    ),
                ],
            }},
        ),
"""
MANY = '("many", models.ManyToManyField("large.Model{first}", related_name="+")),'


#: The models are what the migrations come to.
MODELS = """
from copy import deepcopy
from importlib import import_module
from pathlib import Path

from django.db import models

for path in sorted(Path(__file__).with_name("migrations").glob("0*_step.py")):
    migration = import_module(f"large.migrations.{path.stem}").Migration
    for operation in migration.operations:
        together = list(operation.options["unique_together"])
        options = {**operation.options, "unique_together": together}
        globals()[operation.name] = type(
            operation.name,
            (models.Model,),
            {
                "__module__": __name__,
                "Meta": type("Meta", (), options),
                **{name: deepcopy(field) for name, field in operation.fields},
            },
        )
"""
#: What is left to judge when all the rest is applied.
ONE_MORE = """
        migrations.AddField("Model0", "more", models.IntegerField(null=True)),
        migrations.AlterField(
            "Model1", "name", models.CharField(max_length=40, unique=True)
        ),
"""


def write() -> None:
    """Write the app `large`.

    The last model of a group has a many-to-many field, whose join table counts.
    """
    package = Path(os.environ["FKGUARD_BENCH_LARGE"], "large")
    tables = int(os.environ["FKGUARD_BENCH_TABLES"])
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "models.py").write_text(MODELS, encoding="utf-8")
    (package / "migrations" / "__init__.py").touch()
    operations: list[str] = []
    made = number = 0
    while made < tables:
        first = number - number % GROUP
        has_join = number % GROUP == GROUP - 1 and made + 2 <= tables
        many = MANY.format(first=first) if has_join else ""
        operations.append(CREATE.format(n=number, first=first, many=many))
        made += 1 + has_join
        number += 1
    for step in range(0, number, STEP):
        before = f'("large", "{step // STEP:04}_step")' if step else ""
        text = MIGRATION.format(
            dependencies=before, operations="".join(operations[step : step + STEP])
        )
        path = package / "migrations" / f"{step // STEP + 1:04}_step.py"
        path.write_text(text, encoding="utf-8")


def preflight() -> None:
    """Judge every migration that is not applied."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from fkguard.guard import run

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    assert plan, "there is nothing to judge"
    with timed():
        run.check_plan(connection, plan, executor)


def migrate() -> None:
    from django.core.management import call_command

    with timed():
        call_command("migrate", verbosity=0)


def make() -> None:
    """Make the tables of the models, and say that the migrations are applied.

    Django's own migrate takes a quarter of an hour for 5,000 models: for each, it
    goes through all that it has rendered.
    """
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    os.environ["FKGUARD_MODE"] = "off"
    call_command("migrate", "contenttypes", verbosity=0)
    models = list(apps.get_app_config("large").get_models())
    for first in range(0, len(models), STEP):  # PostgreSQL has not locks for all.
        with connection.schema_editor() as editor:
            for model in models[first : first + STEP]:
                editor.create_model(model)
    executor = MigrationExecutor(connection)
    for app_label, name in executor.loader.disk_migrations:
        if app_label == "large":
            executor.recorder.record_applied(app_label, name)


def check() -> None:
    from django.core.management import call_command

    with timed():
        call_command("check", databases=["default"], stdout=io.StringIO())


def one_more() -> None:
    """Judge one migration, which is written here, behind all that are applied."""
    folder = Path(os.environ["FKGUARD_BENCH_LARGE"], "large", "migrations")
    last = max(folder.glob("0*_step.py")).stem
    text = MIGRATION.format(dependencies=f'("large", "{last}")', operations=ONE_MORE)
    path = folder / "9999_more.py"
    path.write_text(text, encoding="utf-8")
    try:
        preflight()
    finally:
        path.unlink()


def verify() -> None:
    command("verify", "large")


def lint() -> None:
    command("lint", "large")


def repair() -> None:
    command("repair", "large", expected=1)


def apply() -> None:
    command("repair", "large", "--apply", "--no-input")


def command(*arguments: str, expected: int = 0) -> None:
    from django.core.management import call_command

    status = 0
    output = io.StringIO()
    with timed():
        try:
            call_command("fkguard", *arguments, stdout=output)
        except SystemExit as error:
            status = int(error.code or 0)
    assert status == expected, f"{arguments} ended with {status}: {output.getvalue()}"


@contextlib.contextmanager
def timed() -> Iterator[None]:
    """Count what is sent meanwhile, and print what it took."""
    from benchmarks.child import Counter

    counter = Counter()
    begin = time.perf_counter()
    with counter.counting():
        yield
    found = {
        "seconds": time.perf_counter() - begin,
        "statements": counter.statements,
        "catalogue": counter.catalogue,
    }
    print(json.dumps(found))


def damage() -> None:
    """Drop the unique pair of every tenth table."""
    from django.db import connection

    from fkguard.backends import backend_for
    from fkguard.schema.constraints import Unique

    statements = backend_for(connection).statements
    catalogue = backend_for(connection).introspection.read()
    number = 0
    for table in catalogue:
        if not table.name.startswith("large_model") or not table.name.endswith("0"):
            continue
        for unique in table.of(Unique):
            if unique.columns == ("number", "place"):
                with connection.cursor() as cursor:
                    for sql in statements.drop(table.name, unique):
                        cursor.execute(sql)
                number += 1
    assert number, "there is nothing to repair"


if __name__ == "__main__":
    if sys.argv[1] != "write":
        import django

        django.setup()
    globals()[sys.argv[1]]()
