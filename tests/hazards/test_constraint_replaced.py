"""A constraint gives way to another one."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import REMOVED, REPLACED
from fkguard.schema.constraints import Check
from fkguard.schema.events import RemoveConstraint
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, judged, words

OLD = Check(name="book_number", columns=("number",), expression="number > 0")
REMOVAL = RemoveConstraint(table="library_book", constraint=OLD)


def test_another_condition_of_the_same_name(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        REPLACED,
        REMOVAL,
        OLD,
        becomes=Check(name="book_number", columns=("number",), expression="number > 1"),
    )

    found = words(case)
    assert found.id == "I226"
    assert found == snapshot


def test_another_constraint(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        REPLACED,
        REMOVAL,
        OLD,
        becomes=Check(name="bounds", columns=("number", "pages")),
    )

    found = words(case)
    assert found.id == "I226"
    assert found == snapshot


def test_constraint_without_a_successor_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, OLD)

    assert judged(case) == "W223"
