"""The state declares a constraint that no operation creates."""

from __future__ import annotations

from fkguard.schema.consequences import STATE_ONLY, UNCREATED
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, judged, words

NUMBER = Unique(name="book_number", columns=("number",))
EVENT = Event(table="library_book")


def test_constraint_that_is_not_made() -> None:
    case = a_case(POSTGRESQL, STATE_ONLY, EVENT, NUMBER, is_known=True)

    assert words(case) == Words(
        id="W502",
        message=(
            "The state declares UNIQUE book_number (number) of library_book, but no "
            "operation creates it."
        ),
        why=(
            "The operation changes the migration state but not the database. From then "
            "on, makemigrations reports nothing, since the state and the models "
            "agree."
        ),
        instead=(
            (
                "# The same operations in database_operations=[...], or SQL that "
                "creates it"
            ),
            "# there; if it already exists in the database, acknowledge this.",
        ),
    )


def test_table_that_is_not_made() -> None:
    case = a_case(POSTGRESQL, STATE_ONLY, EVENT, Constraint(name=""))

    assert words(case) == Words(
        id="W502",
        message=(
            "The state declares the table library_book, but no operation creates it."
        ),
        why=(
            "The operation changes the migration state but not the database. From then "
            "on, makemigrations reports nothing, since the state and the models "
            "agree."
        ),
        instead=(
            (
                "# The same operations in database_operations=[...], or SQL that "
                "creates it"
            ),
            "# there; if it already exists in the database, acknowledge this.",
        ),
    )


def test_constraint_that_the_database_cannot_make_is_another_hazard() -> None:
    case = a_case(MYSQL, UNCREATED, EVENT, NUMBER)

    assert judged(case) == "E501"
