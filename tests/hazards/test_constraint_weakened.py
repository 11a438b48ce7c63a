"""A constraint differs from its declaration."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DIFFERS, SHRUNK
from fkguard.schema.constraints import Unique
from fkguard.schema.events import DropColumn, Event
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

BOOK = Event(table="library_book")
PLACES = Unique(name="places", columns=("shelf", "place"))
WHY = (
    "A key with more columns accepts rows that the declared one refuses, and a key "
    "with fewer columns refuses valid rows. The same applies to a condition."
)


def test_more_columns(snapshot: SnapshotAssertion) -> None:
    more = Unique(name="places", columns=("shelf", "place", "number"))
    case = a_case(MYSQL, DIFFERS, BOOK, PLACES, becomes=more, owner="library.Book")

    found = words(case)
    assert found.id == "E703"
    assert found == snapshot


def test_everything_that_two_uniques_may_differ_in_is_told() -> None:
    other = Unique(
        name="places",
        columns=("shelf", "place"),
        prefixes=(3, None),
        deferrable="deferred",
        nulls_distinct=False,
        condition="pages > 0",
        definition='("shelf" COLLATE "C", "place")',
    )
    case = a_case(
        POSTGRESQL, DIFFERS, BOOK, PLACES, becomes=other, owner="library.Book"
    )

    assert words(case).message == (
        "library_book has UNIQUE (shelf, place) WHERE pages > 0 DEFERRABLE INITIALLY "
        "DEFERRED of the first (3, all) letters NULLS NOT DISTINCT as "
        '("shelf" COLLATE "C", "place") where library.Book declares UNIQUE (shelf, '
        "place)."
    )


def test_shrinking_by_an_operation_is_another_hazard() -> None:
    dropped = DropColumn(table="library_book", old=column("place"))
    becomes = Unique(name="places", columns=("shelf",))
    case = a_case(MYSQL, SHRUNK, dropped, PLACES, becomes=becomes, is_known=True)

    assert judged(case) == "E101"
