"""Raw SQL gives a table another engine or character set."""

from __future__ import annotations

from fkguard.schema.consequences import CONVERTED, SQL_DROPS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import RunStatement
from tests.hazards.cases import MYSQL, Words, a_case, judged, words

NOTHING = Constraint(name="")
STATEMENT = RunStatement(table="", sql="ALTER TABLE library_book ENGINE=MyISAM")


def test_another_engine() -> None:
    case = a_case(MYSQL, CONVERTED, STATEMENT, NOTHING, error="the engine MyISAM")

    assert words(case) == Words(
        id="W234",
        message="This SQL gives library_book the engine MyISAM.",
        why=(
            "On MySQL 9.7.0 a foreign key needs InnoDB, and the same character set and "
            "collation in both columns. Other engines accept the clause but do not "
            "enforce it. With another collation, the next foreign key fails with 3780 "
            "or 1005, and other values are duplicates."
        ),
        instead=(
            (
                "# Drop the foreign keys from and to the table by "
                "name, convert all tables,"
            ),
            "# and recreate them with foreign_key_checks = 1.",
        ),
    )


def test_dropped_constraint_is_another_hazard() -> None:
    case = a_case(MYSQL, SQL_DROPS, STATEMENT, NOTHING)

    assert judged(case) == "W231"
