"""A declared constraint is missing."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DIFFERS, MISSING
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, a_case, judged, words

BOOK = Event(table="library_book")
TITLES = Unique(name="titles", columns=("title",))


def test_unique(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, MISSING, BOOK, TITLES, owner="library.Book")

    found = words(case)
    assert found.id == "E702"
    assert found == snapshot


def test_foreign_key(snapshot: SnapshotAssertion) -> None:
    key = ForeignKey(
        name="",
        columns=("author_id",),
        to_table="library_author",
        to_columns=("id",),
    )
    case = a_case(MYSQL, MISSING, BOOK, key, owner="library.Book")

    found = words(case)
    assert found.id == "E702"
    assert found == snapshot


def test_one_that_is_there_and_differs_is_another_hazard() -> None:
    case = a_case(MYSQL, DIFFERS, BOOK, TITLES, becomes=TITLES)

    assert judged(case) == "E703"
