"""A model takes over a join table without its unique constraint."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, UNDECLARED
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddColumn, CreateTable
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, column, judged, words

TAKEN = CreateTable(table="library_book_tags", after=Table(name="library_book_tags"))
PAIR = Unique(
    name="library_book_tags_book_id_tag_id_1a2b3c4d_uniq", columns=("book_id", "tag_id")
)


def test_pair_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        UNDECLARED,
        TAKEN,
        PAIR,
        table="library_book_tags",
        owner="library.BookTag",
        fields={"book_id": "book", "tag_id": "tag"},
    )

    found = words(case)
    assert found.id == "W208"
    assert found == snapshot


def test_pair_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE, UNDECLARED, TAKEN, PAIR, table="library_book_tags", model="BookTag"
    )

    found = words(case)
    assert found.id == "W208"
    assert found == snapshot


def test_pair_lost_in_a_rebuild_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AddColumn(table="library_book_tags", new=column("note")),
        PAIR,
        table="library_book_tags",
    )

    assert judged(case) == "E401"
