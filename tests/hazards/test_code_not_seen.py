"""An operation runs code."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import NOT_SEEN, UNREAD
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement, Unseen
from tests.hazards.cases import POSTGRESQL, a_case, judged, words

NOTHING = Constraint(name="")
CODE = Unseen(table="", reason="RunPython")


def test_code(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, NOT_SEEN, CODE, NOTHING, error="RunPython")

    found = words(case)
    assert found.id == "I233"
    assert found == snapshot


def test_sql_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, UNREAD, RunStatement(table="", sql="DO 1"), NOTHING)

    assert judged(case) == "W232"
