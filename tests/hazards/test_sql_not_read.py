"""Raw SQL that the linter cannot read."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import SQL_DROPS, UNREAD
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement
from tests.hazards.cases import POSTGRESQL, a_case, judged, words

NOTHING = Constraint(name="")


def test_statement_that_the_parser_does_not_know(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        UNREAD,
        RunStatement(table="", sql="DO $$ BEGIN PERFORM drop_everything(); END $$"),
        NOTHING,
        error="sqlglot does not know this statement of PostgreSQL.",
    )

    found = words(case)
    assert found.id == "W232"
    assert found == snapshot


def test_long_statement_is_shortened(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        UNREAD,
        RunStatement(table="", sql=f"CALL{chr(10)} work({'1, ' * 40}1)"),
        NOTHING,
        error='Reading SQL needs sqlglot: pip install "fkguard[lint]".',
    )

    found = words(case)
    assert found.id == "W232"
    assert found == snapshot


def test_statement_that_is_read_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        SQL_DROPS,
        RunStatement(table="", sql="ALTER TABLE a DROP CONSTRAINT b"),
        Constraint(name="b"),
    )

    assert judged(case) == "W231"
