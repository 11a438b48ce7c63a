"""A unique constraint is created over rows that have the same key."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards.duplicate_rows import DuplicateRows
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import DUPLICATES
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddColumn, AddConstraint, AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, words

PLACE = Unique(name="book_place", columns=("series", "number"))
ADDED = AddConstraint(table="library_book", constraint=PLACE)
PARTIAL = replace(PLACE, condition="(AND: ('number__gt', 7))", columns=("series",))
OWN = Unique(name="", columns=("number",))
NUMBER = column("number")


def test_constraint_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DUPLICATES,
        ADDED,
        PLACE,
        error="could not create unique index",
        rows=2,
        sample=("(1, 1): 3 rows", "(1, 2): 2 rows"),
    )

    found = words(case)
    assert found.id == "E316"
    assert found == snapshot


def test_condition_is_shown_in_sql() -> None:
    event = replace(
        ADDED,
        constraint=PARTIAL,
        in_sql=lambda: replace(PARTIAL, condition='"number" > 7'),
    )
    case = a_case(POSTGRESQL, DUPLICATES, event, PARTIAL, rows=1)

    assert words(case).instead[-1] == (
        '# SELECT "series", COUNT(*) FROM "library_book" WHERE "series" IS NOT NULL '
        'AND ("number" > 7) GROUP BY "series" HAVING COUNT(*) > 1 '
        "ORDER BY COUNT(*) DESC, 1 LIMIT 5"
    )


def test_unique_field_on_mysql() -> None:
    event = AlterColumn(
        table="library_book",
        old=NUMBER,
        new=replace(NUMBER, unique=True),
        constraints=(OWN,),
    )
    case = a_case(
        MYSQL, DUPLICATES, event, OWN, error="1062", rows=1, sample=("(7): 2 rows",)
    )

    found = words(case)

    assert found.message == (
        "Altering library_book.number as unique fails: 1 key has more than one row: "
        "(7): 2 rows."
    )
    assert found.why == (
        "MySQL 9.7.0 refuses with error 1062, and cannot roll back the "
        "earlier operations of the migration."
    )


def test_default_of_a_new_field(snapshot: SnapshotAssertion) -> None:
    event = AddColumn(
        table="library_book",
        new=replace(NUMBER, unique=True, has_default=True),
        constraints=(OWN,),
    )
    case = a_case(MYSQL, DUPLICATES, event, OWN, error="1062", rows=10_000)

    found = words(case)
    assert found.id == "E316"
    assert found == snapshot


def test_rows_that_were_not_counted_are_no_hazard() -> None:
    case = a_case(MYSQL, DUPLICATES, ADDED, PLACE)

    assert not DuplicateRows().applies(case, Catalogue(case.server))
