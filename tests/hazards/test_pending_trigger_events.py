"""A migration alters a table after it has changed rows of it."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import PENDING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AddColumn
from tests.hazards.cases import POSTGRESQL, a_case, column, words

EVENT = AddColumn(table="library_book", new=column("number"))
FOREIGN_KEY = ForeignKey(
    name="book_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_column_that_is_added_after_a_data_migration(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(POSTGRESQL, PENDING, EVENT, FOREIGN_KEY, detail="RunPython(fill)")

    found = words(case)
    assert found.id == "W236"
    assert found == snapshot
