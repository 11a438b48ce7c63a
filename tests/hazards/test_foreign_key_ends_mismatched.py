"""The two columns of a foreign key do not go together."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import ENDS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn, Event
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_narrow_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, ENDS, BOOK, KEY, detail="their types differ, int and bigint")

    found = words(case)
    assert found.id == "E708"
    assert found == snapshot


def test_postgresql_makes_it() -> None:
    case = a_case(
        POSTGRESQL, ENDS, BOOK, KEY, becomes=KEY, detail="integer references bigint"
    )

    assert words(case).why == (
        "PostgreSQL enforces the foreign key, but a row cannot reference a key that "
        "does not fit into its column."
    )


def test_widening_by_an_operation_is_another_hazard() -> None:
    wider = AlterColumn(
        table="library_author",
        old=column("id"),
        new=column("id", type="bigint"),
    )

    assert judged(a_case(POSTGRESQL, MISMATCHED, wider, KEY)) == "W203"
