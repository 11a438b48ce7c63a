"""Raw SQL leaves foreign key checks off."""

from __future__ import annotations

from fkguard.schema.consequences import CHECKS_OFF, UNREAD
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement
from tests.hazards.cases import MYSQL, POSTGRESQL, SQLITE, Words, a_case, judged, words

NOTHING = Constraint(name="")
STATEMENT = RunStatement(table="", sql="SET foreign_key_checks = 0")


def test_checks_off_on_mysql() -> None:
    case = a_case(MYSQL, CHECKS_OFF, STATEMENT, NOTHING, error="foreign_key_checks = 0")

    assert words(case) == Words(
        id="W235",
        message="This SQL leaves foreign key checks off: foreign_key_checks = 0.",
        why=(
            "Every later migration of the run, and every statement of the connection, "
            "runs without them: rows that reference a missing row are accepted, and "
            "MySQL 9.7.0 does not check them when the checks are on again."
        ),
        instead=('migrations.RunSQL("SET foreign_key_checks = 1"),  # at the end',),
    )


def test_checks_off_on_sqlite() -> None:
    case = a_case(SQLITE, CHECKS_OFF, STATEMENT, NOTHING, error="foreign_keys = OFF")

    assert words(case) == Words(
        id="W235",
        message="This SQL leaves foreign key checks off: foreign_keys = OFF.",
        why=(
            "Every later migration of the run, and every statement of the connection, "
            "runs without them: rows that reference a missing row are accepted, and "
            "SQLite 3.40.1 does not check them when the checks are on again."
        ),
        instead=(
            'migrations.RunSQL("PRAGMA foreign_keys = ON"),  # at the end',
            "# and run PRAGMA foreign_key_check first",
        ),
    )


def test_checks_off_on_postgresql() -> None:
    case = a_case(
        POSTGRESQL,
        CHECKS_OFF,
        STATEMENT,
        NOTHING,
        error="session_replication_role = replica",
    )

    assert words(case) == Words(
        id="W235",
        message=(
            "This SQL leaves foreign key checks off: session_replication_role = "
            "replica."
        ),
        why=(
            "Every later migration of the run, and every statement of the connection, "
            "runs without them: rows that reference a missing row are accepted, and "
            "PostgreSQL 15.8 does not check them when the checks are on again."
        ),
        instead=(
            (
                "migrations.RunSQL(\"SET session_replication_role = 'origin'\"),  # at "
                "the end"
            ),
        ),
    )


def test_statement_that_is_not_read_is_another_hazard() -> None:
    case = a_case(MYSQL, UNREAD, STATEMENT, NOTHING)

    assert judged(case) == "W232"
