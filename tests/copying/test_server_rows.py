"""What a server holds and no other database does is refused, and nothing is changed.

The leg's server is the source, an SQLite file the target. `make copies` plays the same
rows between every two servers.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.copying.dirty import MYSQL, SERVER_ROWS
from tests.copying.stage import Stage
from tests.settings import LEG

ROWS = SERVER_ROWS.get(LEG.rstrip("0123456789"), {})


pytestmark = pytest.mark.flavours("postgresql", "mysql", "mariadb")


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
