"""A referenced column becomes wider than what references it."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import FAILS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

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


def test_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL, MISMATCHED, RETYPED, BY_HAND, table="legacy", model="Author"
    )

    found = words(case)
    assert found.id == "W203"
    assert found == snapshot


def test_field_of_a_model(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        MISMATCHED,
        RETYPED,
        BY_HAND,
        table="library_loan",
        model="Author",
        owner="library.Loan",
        fields={"author_id": "author"},
    )

    found = words(case)
    assert found.id == "W203"
    assert found == snapshot


def test_refusal_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, RETYPED, BY_HAND, table="legacy", error="3780")

    assert judged(case) == "E203"
