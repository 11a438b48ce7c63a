"""Raw SQL gives a table another engine or character set."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import CONVERTED, SQL_DROPS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement
from tests.hazards.cases import MYSQL, a_case, judged, words

NOTHING = Constraint(name="")
STATEMENT = RunStatement(table="", sql="ALTER TABLE library_book ENGINE=MyISAM")


def test_another_engine(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, CONVERTED, STATEMENT, NOTHING, error="the engine MyISAM")

    found = words(case)
    assert found.id == "W234"
    assert found == snapshot


def test_dropped_constraint_is_another_hazard() -> None:
    case = a_case(MYSQL, SQL_DROPS, STATEMENT, NOTHING)

    assert judged(case) == "W231"
