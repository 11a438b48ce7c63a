"""Every value of both ends, compared by code that the copy has no part in."""

from __future__ import annotations

import sqlite3
from functools import partial

import pytest

from tests.copying import dirty
from tests.copying.dirty import CARRIED
from tests.copying.stage import Stage
from tests.copying.test_preflight import found, plant

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


def differences(stage: Stage) -> list[str]:
    """Compare the source of a stage with its target."""
    quote = stage.connection.ops.quote_name
    return dirty.differences(
        dirty.tables_of(stage.source),
        partial(dirty.ask_file, stage.source),
        stage.ask,
        ('"{}"'.format, quote),
    )


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
