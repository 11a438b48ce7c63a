"""A removed column is used by a constraint that no migration declares."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, FAILS, SHRUNK
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("series"))
BY_HAND = Unique(name="by_hand", columns=("series", "number"))
INDEX = Unique(name="by_hand", columns=("series", "number"), is_index=True)
COMPOSITE = ForeignKey(
    name="by_hand",
    columns=("series", "number"),
    to_table="place",
    to_columns=("series", "number"),
)


def test_unique_that_postgresql_drops(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, BY_HAND)

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_unique_that_mysql_shrinks_under_a_foreign_key(
    snapshot: SnapshotAssertion,
) -> None:
    """The foreign key of the other column gets an index of its own first."""
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("number")),
        BY_HAND,
        becomes=Unique(name="by_hand", columns=("series",)),
        others=(
            ForeignKey(
                name="series_fk",
                columns=("series",),
                to_table="library_series",
                to_columns=("id",),
            ),
        ),
    )

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_foreign_key_that_mysql_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, FAILS, REMOVED, COMPOSITE, error="1828")

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_unique_index_that_sqlite_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, FAILS, REMOVED, INDEX, error="no such column")

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_unique_inside_the_table_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        FAILS,
        REMOVED,
        Unique(name="", columns=("series", "number"), is_inline=True),
        error="no such column",
    )

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_table_without_a_model(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, FAILS, REMOVED, COMPOSITE, error="1828", model="")

    found = words(case)
    assert found.id == "E102"
    assert found == snapshot


def test_unique_that_the_state_knows_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, BY_HAND, is_known=True)

    assert judged(case) == "E101"


def test_foreign_key_that_references_the_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        ForeignKey(
            name="by_hand",
            columns=("series",),
            to_table="library_book",
            to_columns=("series",),
        ),
        table="legacy",
    )

    assert judged(case) == "E106"
