"""
Copy dirty rows between two servers: ``python -m tests.copying.pairs``.

The rows of the SQLite file are copied to the server `old`, and from there to the server
`new`; every value of `new` is compared with those of both. Then each row that only the
kind of `old` holds has to be refused. Prints JSON.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.management import CommandError, call_command
from django.db import connections

from tests.copying import dirty
from tests.copying.dirty import CARRIED, SERVER_ROWS

SERVERS = ("old", "new")


def run(alias: str, statement: str) -> None:
    connection = connections[alias]
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"{statement} {name}")


def kind(alias: str) -> str:
    connection: Any = connections[alias]
    return (
        "mariadb"
        if getattr(connection, "mysql_is_mariadb", False)
        else str(connection.vendor)
    )


def ask(alias: str, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, params or None)
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def copy(source: str, target: str, *arguments: str) -> dict[str, Any]:
    """Copy, and return the report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.json")
        try:
            call_command(
                *("fkguard", "copy", "--from", source, "--to", target),
                *("--report", str(path), *arguments),
                stdout=io.StringIO(),
                stderr=io.StringIO(),
            )
        except CommandError:
            if not path.exists():
                raise
        report: dict[str, Any] = json.loads(path.read_text())
        return report


def refusals() -> int:
    """Try each row that only the kind of the source holds; return how many."""
    rows = SERVER_ROWS[kind("old")]
    for name, (sql, (code, table, column)) in rows.items():
        key = "shelf_id" if table == "stacks_item" else "id"
        [[kept]] = ask("old", f"SELECT {column} FROM {table} WHERE {key} = 1")
        if connections["old"].vendor == "mysql":
            ask("old", "SET SESSION sql_mode = ''")
        ask("old", sql)
        found = [
            (each["id"], each["table"], *each["columns"], each["count"])
            for each in copy("old", "new", "--truncate", "--dry-run")["findings"]
            if each["id"].startswith("fkguard.E")
        ]
        assert found == [(f"fkguard.{code}", table, column, 1)], (name, found)
        ask("old", f"UPDATE {table} SET {column} = %s WHERE {key} = 1", [kept])
    return len(rows)


def main() -> None:
    file = Path(os.environ["FKGUARD_COPY_SOURCE"])
    for sql in CARRIED.values():
        ask("default", sql)
    for alias in SERVERS:
        run(alias, "CREATE DATABASE")
        call_command("migrate", database=alias, verbosity=0)
    for source, target in (("default", "old"), ("old", "new")):
        report = copy(source, target)
        assert report["agrees"], report["findings"]
    tables = dirty.tables_of(file)
    new, old = (connections[alias].ops.quote_name for alias in ("new", "old"))
    from_file = partial(dirty.ask_file, file)
    from_old, from_new = partial(ask, "old"), partial(ask, "new")
    told = dirty.differences(tables, from_old, from_new, (old, new))
    told += dirty.differences(tables, from_file, from_new, ('"{}"'.format, new))
    assert not told, told
    refused = refusals() if kind("old") != kind("new") else 0
    rows = sum(each["target"]["rows"] for each in report["tables"])
    print(json.dumps({"rows": rows, "carried": len(CARRIED), "refused": refused}))


if __name__ == "__main__":
    django.setup()
    try:
        main()
    finally:
        connections.close_all()
        for each in SERVERS:
            run(each, "DROP DATABASE IF EXISTS")
