"""Existing rows violate a new foreign key."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards.orphaned_rows import OrphanedRows
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import OVER_ROWS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AddColumn, AlterColumn, Event
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    words,
)

LOOSE = column("author", "author_id", references=("library_author", "id"), null=True)
BOUND = replace(LOOSE, db_constraint=True)
MADE = AlterColumn(table="library_book", old=LOOSE, new=BOUND)
AGAIN = AlterColumn(table="library_book", old=BOUND, new=replace(BOUND, null=False))
ADDED = AddColumn(table="library_book", new=replace(BOUND, null=False, default=5))
KEY = ForeignKey(
    name="author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_rows_without_what_they_reference_on_postgresql(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        POSTGRESQL, OVER_ROWS, MADE, KEY, rows=3, sample=("(7): 2 rows", "(8): 1 row")
    )

    found = words(case)
    assert found.id == "E312"
    assert found == snapshot


def test_foreign_key_that_mysql_would_lose() -> None:
    case = a_case(MYSQL, OVER_ROWS, AGAIN, KEY, rows=1, sample=("(7): 1 row",))

    found = words(case)

    assert found.message == (
        "The foreign key of library_book.author_id to library_author.id fails: "
        "1 row references nothing there: (7): 1 row."
    )
    assert found.why == (
        "MySQL 9.7.0 checks every row, refuses with error 1452 without naming a row, "
        "and cannot roll back the earlier operations of the migration. Django has "
        "already dropped the foreign key by then, so that the next migrate succeeds "
        "without it."
    )
    assert found.instead[3].strip() == (
        '"DELETE referencing FROM `library_book` referencing LEFT JOIN '
        "`library_author` referenced ON referenced.`id` = referencing.`author_id` "
        'WHERE referencing.`author_id` IS NOT NULL AND referenced.`id` IS NULL",'
    )
    assert "# (the column must allow NULL: null=True first)" in found.instead
    assert found.instead[8].strip() == (
        '"UPDATE `library_book` referencing LEFT JOIN `library_author` referenced ON '
        "referenced.`id` = referencing.`author_id` SET referencing.`author_id` = NULL "
        'WHERE referencing.`author_id` IS NOT NULL AND referenced.`id` IS NULL",'
    )


def test_default_that_references_nothing(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, OVER_ROWS, ADDED, KEY, rows=2)

    found = words(case)
    assert found.id == "E312"
    assert found == snapshot


def test_orphans_of_a_table_that_is_left_alone() -> None:
    event = Event(table="library_book")
    case = a_case(SQLITE, OVER_ROWS, event, KEY, rows=1, sample=("(7): 1 row",))

    found = words(case)

    assert found.message == (
        "1 row has a library_book.author_id that library_author.id does not have: "
        "(7): 1 row."
    )
    assert found.why == (
        "On SQLite 3.40.1, Django checks the foreign keys of every table at the end of "
        "each migration, and names one row."
    )


def test_good_rows_are_no_hazard() -> None:
    case = a_case(MYSQL, OVER_ROWS, MADE, KEY, rows=0)

    assert not OrphanedRows().applies(case, Catalogue(case.server))


def test_rows_that_nobody_counted_are_no_hazard() -> None:
    case = a_case(MYSQL, OVER_ROWS, MADE, KEY)

    assert not OrphanedRows().applies(case, Catalogue(case.server))
