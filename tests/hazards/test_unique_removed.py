"""A migration removes a unique constraint."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import REMOVED, SHRUNK
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

PLACE = Unique(name="book_place", columns=("shelf", "number"))
ISBN = Unique(name="library_book_isbn_1a2b3c4d_uniq", columns=("isbn",))
REMOVAL = RemoveConstraint(table="library_book", constraint=PLACE)


def test_constraint_removed(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, PLACE)

    found = words(case)
    assert found.id == "W222"
    assert found == snapshot


def test_field_not_unique_any_more(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        REMOVED,
        AlterColumn(
            table="library_book",
            old=column("isbn", unique=True),
            new=column("isbn"),
        ),
        ISBN,
    )

    found = words(case)
    assert found.id == "W222"
    assert found == snapshot


def test_unique_that_shrinks_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("shelf")),
        PLACE,
        becomes=Unique(name="book_place", columns=("number",)),
        is_known=True,
    )

    assert judged(case) == "E101"
