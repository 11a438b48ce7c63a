"""What a server holds and no other database does is refused, and nothing is changed.

The leg's server is the source, an SQLite file the target. `make copies` plays the same
rows between every two servers.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.copying.stage import Stage
from tests.settings import LEG

POSTGRESQL = {
    "a moment that is infinite": (
        "UPDATE stacks_reader SET joined = 'infinity' WHERE id = 1",
        ("E609", "stacks_reader", "joined"),
    ),
    "a moment before our era": (
        "UPDATE stacks_reader SET joined = '0044-03-15 12:00 BC' WHERE id = 1",
        ("E609", "stacks_reader", "joined"),
    ),
    "a day after the calendar": (
        "UPDATE stacks_author SET born = '10000-01-01' WHERE id = 1",
        ("E609", "stacks_author", "born"),
    ),
    "the end of a day": (
        "UPDATE stacks_reader SET wakes = '24:00' WHERE id = 1",
        ("E609", "stacks_reader", "wakes"),
    ),
    "a duration of a month": (
        "UPDATE stacks_reader SET patience = '1 month' WHERE id = 1",
        ("E609", "stacks_reader", "patience"),
    ),
    "a network": (
        "UPDATE stacks_reader SET address = '10.0.0.0/8' WHERE id = 1",
        ("E609", "stacks_reader", "address"),
    ),
    "a decimal that is no number": (
        "UPDATE stacks_item SET price = 'NaN' WHERE shelf_id = 1",
        ("E609", "stacks_item", "price"),
    ),
    "a double that is no number": (
        "UPDATE stacks_item SET weight = 'NaN' WHERE shelf_id = 1",
        ("E607", "stacks_item", "weight"),
    ),
}
MYSQL = {
    "a day that is zero": (
        "UPDATE stacks_author SET born = '0000-00-00' WHERE id = 1",
        ("E609", "stacks_author", "born"),
    ),
    "a moment of a month that is zero": (
        "UPDATE stacks_reader SET joined = '2024-00-01 10:00:00' WHERE id = 1",
        ("E609", "stacks_reader", "joined"),
    ),
    "a time of more than a day": (
        "UPDATE stacks_reader SET wakes = '100:00:00' WHERE id = 1",
        ("E609", "stacks_reader", "wakes"),
    ),
    "a time below zero": (
        "UPDATE stacks_reader SET wakes = '-01:00:00' WHERE id = 1",
        ("E609", "stacks_reader", "wakes"),
    ),
    "a boolean of 2": (
        "UPDATE stacks_reader SET is_active = 2 WHERE id = 1",
        ("E609", "stacks_reader", "is_active"),
    ),
}
ROWS = {"postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}.get(
    LEG.rstrip("0123456789"), {}
)


@pytest.fixture
def server(copied: Stage, empty: Path) -> Stage:
    """Return a stage whose target has rows, and an SQLite file to copy them to."""
    shutil.copy(empty, copied.back)
    return copied


@pytest.mark.parametrize("name", ROWS)
def test_what_only_this_server_holds_is_refused(server: Stage, name: str) -> None:
    sql, wanted = ROWS[name]
    table, column = wanted[1:]
    key = "shelf_id" if table == "stacks_item" else "id"
    kept = server.ask(f"SELECT {column} FROM {table} WHERE {key} = 1")
    if ROWS is MYSQL:
        server.tell("SET SESSION sql_mode = ''")
    server.tell(sql)
    try:
        report = server.report(source="new", target="back")
    finally:
        with server.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE {key} = 1",
                [kept[0][0]],
            )
        server.close()

    [finding] = [e for e in report["findings"] if e["id"].startswith("fkguard.E")]
    assert (
        finding["id"].removeprefix("fkguard."),
        finding["table"],
        *finding["columns"],
    ) == wanted
    assert finding["count"] == 1
    assert finding["samples"], "no key is told"
    with sqlite3.connect(server.back) as back:
        assert back.execute("SELECT COUNT(*) FROM stacks_reader").fetchone() == (0,)
    back.close()
