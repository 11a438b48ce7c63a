"""A change of type drops a foreign key that no state declares."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
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


def test_foreign_key_of_a_loose_field(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        DROPPED,
        RETYPED,
        BY_HAND,
        model="Author",
        owner="loans.Loan",
        fields={"author_id": "author"},
        table="loans_loan",
    )

    found = words(case)
    assert found.id == "E202"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, RETYPED, BY_HAND, model="Author", table="legacy")

    found = words(case)
    assert found.id == "E202"
    assert found == snapshot


def test_foreign_key_of_the_altered_column_is_another_hazard() -> None:
    case = a_case(MYSQL, DROPPED, ALTERED, BY_HAND)

    assert judged(case) == "E201"


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, DROPPED, RETYPED, BY_HAND)

    assert judged(case) == "E401"
