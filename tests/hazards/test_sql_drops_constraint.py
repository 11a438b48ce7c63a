"""Raw SQL drops a constraint by its name."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, SQL_DROPS
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import RunStatement
from tests.hazards.cases import POSTGRESQL, Words, a_case, judged, words

NUMBER = Unique(name="book_number", columns=("number",))
DROP = RunStatement(table="", sql="ALTER TABLE a DROP CONSTRAINT b")


def test_constraint_that_the_state_keeps() -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, NUMBER, is_known=True)

    assert words(case) == Words(
        id="W231",
        message="This SQL drops UNIQUE book_number (number) of library_book.",
        why=(
            "The state still declares it: makemigrations reports nothing, and a "
            "database that is created from the models has it."
        ),
        instead=(
            "# use Django's operation instead of the SQL, or in",
            "# RunSQL(..., state_operations=[...])",
        ),
    )


def test_constraint_that_no_state_knows() -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, Constraint(name="by_hand"))

    assert words(case) == Words(
        id="W231",
        message="This SQL drops constraint by_hand of library_book.",
        why=(
            "The state does not declare it, so neither a test database nor a later "
            "migration recreates it."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W231", "by_hand", reason="..."),',
            "]",
        ),
    )


def test_index_of_a_table_that_is_not_named() -> None:
    case = a_case(POSTGRESQL, SQL_DROPS, DROP, Constraint(name="by_hand"), table="")

    assert words(case) == Words(
        id="W231",
        message="This SQL drops constraint by_hand.",
        why=(
            "The state does not declare it, so neither a test database nor a later "
            "migration recreates it."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W231", "by_hand", reason="..."),',
            "]",
        ),
    )


def test_constraint_that_sql_does_not_name_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, DROP, NUMBER)

    assert judged(case) == "E190"
