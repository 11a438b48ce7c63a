"""A column referenced by an undeclared foreign key changes its type."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import FAILS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    a_case,
    column,
    judged,
    words,
)

ALTERED = AlterColumn(
    table="library_book",
    old=column(
        "author", "author_id", references=("library_author", "id"), db_constraint=True
    ),
    new=column(
        "author",
        "author_id",
        references=("library_author", "id"),
        db_constraint=True,
        null=True,
    ),
)
RETYPED = AlterColumn(
    table="library_author",
    old=column("id", unique=True),
    new=column("id", type="bigint", unique=True),
)
BY_HAND = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_referenced_column_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, FAILS, RETYPED, BY_HAND, table="legacy", model="Author", error="3780"
    )

    found = words(case)
    assert found.id == "E203"
    assert found == snapshot


def test_referencing_column_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        FAILS,
        AlterColumn(
            table="library_book",
            old=column("author_id"),
            new=column("author_id", type="bigint"),
        ),
        BY_HAND,
        error="1833",
    )

    found = words(case)
    assert found.id == "E203"
    assert found == snapshot


def test_column_that_stops_being_unique_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        AlterColumn(
            table="library_author", old=column("id", unique=True), new=column("id")
        ),
        BY_HAND,
        table="legacy",
        error="1553",
    )

    assert judged(case) == "E206"


def test_narrow_column_on_postgresql_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, MISMATCHED, RETYPED, BY_HAND, table="legacy")

    assert judged(case) == "W203"
