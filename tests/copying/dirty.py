"""Rows that a copy carries exactly or refuses, and what reads them.

The code shares nothing with the copy, and nothing with the runner of the tests:
`make copies` uses it as well.
"""

from __future__ import annotations

import ipaddress
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

#: What SQLite holds and no field forbids, by what it is called.
CARRIED = {
    "a document that is null": (
        "UPDATE stacks_reader SET settings = 'null' WHERE id = 1"
    ),
    "numbers of a document": (
        "UPDATE stacks_reader SET settings = "
        "'[1e2, 1.0, -0.0, 18446744073709551615, 0.1]' WHERE id = 2"
    ),
    "a letter beyond the basic plane in a document": (
        """UPDATE stacks_reader SET settings = '["\\ud83d\\udcda", "📚"]' """
        "WHERE id = 3"
    ),
    "the first and the last day": (
        "UPDATE stacks_author SET born = CASE id WHEN 1 THEN '0001-01-01' "
        "ELSE '9999-12-31' END WHERE id IN (1, 2)"
    ),
    "a moment with an offset": (
        "UPDATE stacks_reader SET joined = '2024-07-01 12:00:00+02:00' WHERE id = 4"
    ),
    "the hour that comes twice": (
        "UPDATE stacks_reader SET joined = CASE id WHEN 5 THEN "
        "'2024-10-27 00:30:00' ELSE '2024-10-27 01:30:00' END WHERE id IN (5, 6)"
    ),
    "microseconds": (
        "UPDATE stacks_reader SET joined = '2024-01-01 00:00:00.000001' WHERE id = 7"
    ),
    "a moment without seconds": (
        "UPDATE stacks_reader SET joined = '2024-01-01T10:30' WHERE id = 8"
    ),
    "the last microsecond of a day": (
        "UPDATE stacks_reader SET wakes = '23:59:59.999999' WHERE id = 9"
    ),
    "a negative duration": (
        "UPDATE stacks_reader SET patience = -86400000001 WHERE id = 10"
    ),
    "spaces at the ends": (
        "UPDATE stacks_reader SET notes = '  two before, three after   ' WHERE id = 11"
    ),
    "only spaces": "UPDATE stacks_reader SET notes = '   ' WHERE id = 12",
    "an empty text": "UPDATE stacks_reader SET notes = '' WHERE id = 13",
    "four bytes and none that is seen": (
        "UPDATE stacks_reader SET notes = '👩‍👩‍👧' || char(8203) || char(65279) "
        "WHERE id = 14"
    ),
    "lines that end in every way": (
        "UPDATE stacks_reader SET notes = 'a' || char(13) || 'b' || char(13, 10) || "
        "'c' || char(10) || char(9) || '\\N\\.' || char(11) WHERE id = 15"
    ),
    "a decimal that is stored as a double": (
        "UPDATE stacks_item SET price = 1234567.89 WHERE shelf_id = 2"
    ),
    "a decimal that is stored as a whole number": (
        "UPDATE stacks_item SET price = 7 WHERE shelf_id = 3"
    ),
    "a negative zero": "UPDATE stacks_item SET weight = -0.0 WHERE shelf_id = 4",
    "a tiny number": "UPDATE stacks_item SET weight = 5e-324 WHERE shelf_id = 5",
    "a number of 17 digits": (
        "UPDATE stacks_item SET weight = 0.30000000000000004 WHERE shelf_id = 6"
    ),
    "every byte": (
        "UPDATE stacks_reader SET card = x'"
        + bytes(range(256)).hex()
        + "' WHERE id = 16"
    ),
    "no byte": "UPDATE stacks_reader SET card = x'' WHERE id = 17",
    "an address in another spelling": (
        "UPDATE stacks_reader SET address = '2001:DB8:0:0:0:0:0:2' WHERE id = 18"
    ),
    "the largest small number": (
        "UPDATE stacks_reader SET visits = 32767 WHERE id = 19"
    ),
}
#: What a server holds and no database of another kind does -> the finding.
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
SERVER_ROWS = {"postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}


# What a value is, whichever driver has read it.


def moment(value: Any) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def hour(value: Any) -> time:
    if isinstance(value, timedelta):
        return (datetime.min + value).time()
    return value if isinstance(value, time) else time.fromisoformat(value)


def duration(value: Any) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(microseconds=value)


def amount(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def number(value: Any) -> float:
    return float(value) + 0.0


def identifier(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def address(value: Any) -> Any:
    return ipaddress.ip_interface(str(value)).ip


def document(value: Any) -> str:
    def plain(text: str) -> float | int:
        read = float(text)
        return int(read) if read.is_integer() else read

    read = json.loads(value, parse_float=plain) if isinstance(value, str) else value
    return json.dumps(read, sort_keys=True)


READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("joined", "since", "last_login", "date_joined"), moment),
    **dict.fromkeys(("price", "taxed"), amount),
    **dict.fromkeys(("is_active", "consent", "is_superuser", "is_staff"), bool),
    **dict.fromkeys(
        ("item_ptr_id", "book_id", "from_book_id", "to_book_id", "masterpiece_id"),
        identifier,
    ),
    "token": identifier,
    "born": day,
    "wakes": hour,
    "patience": duration,
    "weight": number,
    "address": address,
    "settings": document,
    "card": bytes,
}


def rows(
    table: str, columns: list[str], given: list[tuple[Any, ...]]
) -> Counter[tuple[Any, ...]]:
    """Return each row of a table, its values as what they are."""
    reads = [
        identifier if (table, name) == ("stacks_item", "id") else READ.get(name, str)
        for name in columns
    ]
    return Counter(
        tuple(
            None if value is None else read(value)
            for read, value in zip(reads, row, strict=True)
        )
        for row in given
    )


def tables_of(source: Path) -> dict[str, list[str]]:
    """Return the tables of the site in an SQLite file, and their columns."""
    connection = sqlite3.connect(source)
    tables = connection.execute(
        "SELECT name FROM sqlite_master "
        "WHERE type = 'table' AND (name GLOB 'stacks_*' OR name GLOB 'auth_group*')"
    ).fetchall()
    found = {
        table: [
            each[1] for each in connection.execute(f'PRAGMA table_xinfo("{table}")')
        ]
        for (table,) in tables
    }
    connection.close()
    assert len(found) > 15
    return found


def ask_file(source: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask an SQLite file, through the driver alone."""
    connection = sqlite3.connect(source)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


Ask = Callable[[str], list[tuple[Any, ...]]]


def differences(
    tables: dict[str, list[str]],
    source: Ask,
    target: Ask,
    quotes: Sequence[Callable[[str], str]],
) -> list[str]:
    """Return what one end has and the other has not, of every table of the site."""
    told = []
    for table, columns in tables.items():
        before, after = (
            ask(f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)}")
            for ask, quote in zip((source, target), quotes, strict=True)
        )
        wanted = rows(table, columns, before)
        has = rows(table, columns, after)
        told += [f"{table} lacks {row}" for row in wanted - has]
        told += [f"{table} has {row}" for row in has - wanted]
    return told
