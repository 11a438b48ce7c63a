"""
One process of the benchmark that is not a plain command of Django's.

    python -m benchmarks.child create|drop|most|tail|queries

`create` makes the database anew, `drop` deletes it. `most` applies all migrations
but the last ones, `tail` times the preflight of those and then applies them, and
`queries` migrates from zero and counts. The last two print JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

#: How many migrations the plan of `tail` has.
TAIL = 10
#: How often `tail` runs the preflight.
REPEATS = 5


def create() -> None:
    drop()
    if connection.vendor == "sqlite":
        return
    name = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")


def drop() -> None:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def most() -> None:
    os.environ["FKGUARD_MODE"] = "off"
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    executor.migrate(None, plan=plan[:-TAIL])


def tail() -> None:
    from fkguard.guard import run

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    seconds = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        run.check_plan(connection, plan, executor)
        seconds.append(time.perf_counter() - begin)
    os.environ["FKGUARD_MODE"] = "off"
    begin = time.perf_counter()
    call_command("migrate", verbosity=0)
    print(
        json.dumps(
            {
                "plan": len(plan),
                "applied": len(executor.loader.applied_migrations),
                "first": seconds[0],
                "preflight": median(seconds),
                "migrate": time.perf_counter() - begin,
            }
        )
    )


class Counter:
    """Counts statements, and among them those that read the catalogue for fkguard."""

    def __init__(self) -> None:
        self.statements = 0
        self.catalogue = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)

    @contextlib.contextmanager
    def counting(self) -> Any:
        from fkguard.backends.base.introspection import Introspection

        fetch = Introspection.fetch

        def counted(*arguments: Any) -> Any:
            self.catalogue += 1
            return fetch(*arguments)

        Introspection.fetch = staticmethod(counted)  # type: ignore[method-assign]
        try:
            with connection.execute_wrapper(self):
                yield
        finally:
            Introspection.fetch = staticmethod(fetch)  # type: ignore[method-assign]


def queries() -> None:
    found = {}
    for name in ("from zero", "up to date"):
        counter = Counter()
        with counter.counting():
            call_command("migrate", verbosity=0)
        found[name] = [counter.statements, counter.catalogue]
    print(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    verbs = {each.__name__: each for each in (create, drop, most, tail, queries)}
    verbs[sys.argv[1]]()
