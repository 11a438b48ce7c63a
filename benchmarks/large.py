"""
A schema of many tables: `migrate`, `fkguard verify` and `fkguard repair` of it.

    python -m benchmarks.large TABLES

Writes an app of that many models, migrates it from zero on the benchmark's database,
verifies it, drops a constraint of every tenth table by hand, and has that repaired.
Prints JSON: for each, its seconds, its statements, and those that read the catalogue.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def write(directory: Path, tables: int) -> None:
    """Write the app `large`, migrations alone.

    The last model of a group has a many-to-many field, whose join table counts.
    """
    package = directory / "large"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
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


def main(tables: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        write(Path(directory), tables)
        sys.path.insert(0, directory)
        os.environ["FKGUARD_BENCH_LARGE"] = "1"
        run(tables)


def run(tables: int) -> None:
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from benchmarks.child import Counter, create, drop

    def timed(work: Callable[[], Any]) -> dict[str, float]:
        counter = Counter()
        begin = time.perf_counter()
        with counter.counting():
            work()
        return {
            "seconds": time.perf_counter() - begin,
            "statements": counter.statements,
            "catalogue": counter.catalogue,
        }

    def command(*arguments: str) -> int:
        try:
            call_command("fkguard", *arguments, stdout=io.StringIO())
        except SystemExit as error:
            return int(error.code or 0)
        return 0

    create()
    try:
        found: dict[str, Any] = {"tables": tables}
        found["migrate"] = timed(lambda: call_command("migrate", verbosity=0))
        status: list[int] = []
        found["verify"] = timed(lambda: status.append(command("verify", "large")))
        assert status == [0], "a clean schema has findings"
        found["dropped"] = damage(connection)
        found["repair --plan"] = timed(lambda: command("repair", "large"))
        found["repair --apply"] = timed(
            lambda: status.append(command("repair", "large", "--apply", "--no-input"))
        )
        status.append(command("verify", "large"))
        assert status == [0, 0, 0], "the repair has left something"
        print(json.dumps(found))
    finally:
        connection.close()
        drop()


def damage(connection: Any) -> int:
    """Drop the unique pair of every tenth table; return how many."""
    from fkguard.backends import introspection_for, statements_for
    from fkguard.constraints import Unique

    statements = statements_for(connection)
    catalogue = introspection_for(connection).read()
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
    return number


if __name__ == "__main__":
    main(int(sys.argv[1]))
