"""The state declares a constraint that no operation creates."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import STATE_ONLY, UNCREATED
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, judged, words

NUMBER = Unique(name="book_number", columns=("number",))
EVENT = Event(table="library_book")


def test_constraint_that_is_not_made(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, STATE_ONLY, EVENT, NUMBER, is_known=True)

    found = words(case)
    assert found.id == "W502"
    assert found == snapshot


def test_table_that_is_not_made(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, STATE_ONLY, EVENT, Constraint(name=""))

    found = words(case)
    assert found.id == "W502"
    assert found == snapshot


def test_constraint_that_the_database_cannot_make_is_another_hazard() -> None:
    case = a_case(MYSQL, UNCREATED, EVENT, NUMBER)

    assert judged(case) == "E501"
