"""Raw SQL drops a constraint by its name."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, SQL_DROPS
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import RunStatement
from tests.hazards.cases import POSTGRESQL, a_case, judged, words

NUMBER = Unique(name="book_number", columns=("number",))
DROP = RunStatement(table="", sql="ALTER TABLE a DROP CONSTRAINT b")


def test_constraint_that_the_state_keeps(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, NUMBER, is_known=True)

    found = words(case)
    assert found.id == "W231"
    assert found == snapshot


def test_constraint_that_no_state_knows(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, Constraint(name="by_hand"))

    found = words(case)
    assert found.id == "W231"
    assert found == snapshot


def test_index_of_a_table_that_is_not_named(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, Constraint(name="by_hand"), table="")

    found = words(case)
    assert found.id == "W231"
    assert found == snapshot


def test_constraint_that_sql_does_not_name_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, DROP, NUMBER)

    assert judged(case) == "E190"
