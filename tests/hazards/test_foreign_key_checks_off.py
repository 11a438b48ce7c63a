"""Raw SQL leaves foreign key checks off."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import CHECKS_OFF, UNREAD
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement
from tests.hazards.cases import MYSQL, POSTGRESQL, SQLITE, a_case, judged, words

NOTHING = Constraint(name="")
STATEMENT = RunStatement(table="", sql="SET foreign_key_checks = 0")


def test_checks_off_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, CHECKS_OFF, STATEMENT, NOTHING, error="foreign_key_checks = 0")

    found = words(case)
    assert found.id == "W235"
    assert found == snapshot


def test_checks_off_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, CHECKS_OFF, STATEMENT, NOTHING, error="foreign_keys = OFF")

    found = words(case)
    assert found.id == "W235"
    assert found == snapshot


def test_checks_off_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        CHECKS_OFF,
        STATEMENT,
        NOTHING,
        error="session_replication_role = replica",
    )

    found = words(case)
    assert found.id == "W235"
    assert found == snapshot


def test_statement_that_is_not_read_is_another_hazard() -> None:
    case = a_case(MYSQL, UNREAD, STATEMENT, NOTHING)

    assert judged(case) == "W232"
