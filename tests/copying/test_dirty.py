"""Every value of both ends, compared by code that the copy has no part in."""

from __future__ import annotations

import ipaddress
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.copying.stage import Stage
from tests.copying.test_preflight import found, plant

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
#: Values that no field of the kind can have -> the finding.
REFUSED = {
    "a boolean of 2": (
        "UPDATE stacks_reader SET is_active = 2 WHERE id = 1",
        ("E609", "stacks_reader", "is_active"),
    ),
    "a word as a decimal": (
        "UPDATE stacks_item SET price = 'much' WHERE shelf_id = 1",
        ("E609", "stacks_item", "price"),
    ),
    "more decimals than there are": (
        "UPDATE stacks_item SET price = '1.234' WHERE shelf_id = 1",
        ("E609", "stacks_item", "price"),
    ),
    "a time with a zone": (
        "UPDATE stacks_reader SET wakes = '10:00:00+02:00' WHERE id = 1",
        ("E609", "stacks_reader", "wakes"),
    ),
    "the 30th of February": (
        "UPDATE stacks_reader SET joined = '2024-02-30 10:00:00' WHERE id = 1",
        ("E609", "stacks_reader", "joined"),
    ),
    "a text as a duration": (
        "UPDATE stacks_reader SET patience = '1 day' WHERE id = 1",
        ("E604", "stacks_reader", "patience"),
    ),
    "a text as a number": (
        "UPDATE stacks_item SET weight = 'heavy' WHERE shelf_id = 1",
        ("E604", "stacks_item", "weight"),
    ),
    "bytes as a document": (
        "UPDATE stacks_reader SET settings = x'7b7d' WHERE id = 1",
        ("E604", "stacks_reader", "settings"),
    ),
    "a document that is NaN": (
        "UPDATE stacks_reader SET settings = 'NaN' WHERE id = 1",
        ("E609", "stacks_reader", "settings"),
    ),
    "a word as an address": (
        "UPDATE stacks_reader SET address = 'localhost' WHERE id = 1",
        ("E609", "stacks_reader", "address"),
    ),
}


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


def differences(stage: Stage) -> list[str]:
    """Return what one end has and the other has not, of every table of the site."""
    quote = stage.connection.ops.quote_name
    told = []
    source = sqlite3.connect(stage.source)
    tables = source.execute(
        "SELECT name FROM sqlite_master "
        "WHERE type = 'table' AND (name GLOB 'stacks_*' OR name GLOB 'auth_group*')"
    ).fetchall()
    assert len(tables) > 15
    for (table,) in tables:
        columns = [each[1] for each in source.execute(f'PRAGMA table_xinfo("{table}")')]
        before = source.execute(f'SELECT {", ".join(columns)} FROM "{table}"')
        after = stage.ask(
            f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)}"
        )
        wanted = rows(table, columns, before.fetchall())
        has = rows(table, columns, after)
        told += [f"{table} lacks {row}" for row in wanted - has]
        told += [f"{table} has {row}" for row in has - wanted]
    source.close()
    return told


def test_every_value_arrives(fresh: Stage) -> None:
    plant(fresh, *CARRIED.values())

    report = fresh.report()

    assert report["agrees"], report["findings"]
    assert differences(fresh) == []


def test_a_difference_is_seen(fresh: Stage) -> None:
    """The comparison itself, on values that look alike."""
    assert fresh.report()["agrees"]

    fresh.tell("UPDATE stacks_reader SET notes = 'shelf ' WHERE id = 3")
    fresh.tell("UPDATE stacks_item SET price = price + 0.01 WHERE shelf_id = 3")

    assert len(differences(fresh)) == 4


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_field_can_have_is_refused(stage: Stage, name: str) -> None:
    sql, wanted = REFUSED[name]
    plant(stage, sql)
    before = stage.rows()

    report = stage.report()

    [finding] = found(report)
    assert finding[:3] == wanted
    assert finding[3] == 1
    assert finding[4], "no key is told"
    assert report["tables"] == []
    assert stage.rows() == before


def test_rows_under_a_unique_that_the_source_lacks_are_refused(stage: Stage) -> None:
    source = sqlite3.connect(stage.source)
    [[index]] = source.execute(
        "SELECT name FROM sqlite_master "
        "WHERE name GLOB 'stacks_book_tags_book_id_tag_id_*_uniq'"
    )
    source.execute(f'DROP INDEX "{index}"')
    source.execute(
        "INSERT INTO stacks_book_tags (book_id, tag_id) "
        "SELECT book_id, tag_id FROM stacks_book_tags WHERE id = 1"
    )
    source.commit()
    source.close()
    before = stage.rows()

    report = stage.report()

    [finding] = found(report)
    assert finding[:2] == ("E608", "stacks_book_tags")
    assert finding[3] == 1
    assert stage.rows() == before
