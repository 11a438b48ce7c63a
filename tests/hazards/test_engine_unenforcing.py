"""The engine of a table enforces no foreign key."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import ENGINE, MISSING
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, a_case, judged, words

BOOK = Event(table="library_book")


def test_myisam(snapshot: SnapshotAssertion) -> None:
    table = Constraint(name="library_book")
    case = a_case(MYSQL, ENGINE, BOOK, table, detail="MyISAM")

    assert case.names == ("library_book", "library_book()")
    found = words(case)
    assert found.id == "E707"
    assert found == snapshot


def test_missing_unique_is_another_hazard() -> None:
    case = a_case(MYSQL, MISSING, BOOK, Unique(name="", columns=("title",)))

    assert judged(case) == "E702"
