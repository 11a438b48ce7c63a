"""A constraint gives way to another one."""

from __future__ import annotations

from fkguard.schema.consequences import REMOVED, REPLACED
from fkguard.schema.constraints import Check
from fkguard.schema.events import RemoveConstraint
from tests.hazards.cases import POSTGRESQL, SQLITE, Words, a_case, judged, words

OLD = Check(name="book_number", columns=("number",), expression="number > 0")
REMOVAL = RemoveConstraint(table="library_book", constraint=OLD)


def test_another_condition_of_the_same_name() -> None:
    case = a_case(
        SQLITE,
        REPLACED,
        REMOVAL,
        OLD,
        becomes=Check(name="book_number", columns=("number",), expression="number > 1"),
    )

    assert words(case) == Words(
        id="I226",
        message=(
            "CHECK book_number (number) of library_book becomes another of the same "
            "name."
        ),
        why=(
            "The migration changes it explicitly. From then on, rows that only the old "
            "constraint refused are accepted; rows that violate the new one make the "
            "migration fail."
        ),
    )


def test_another_constraint() -> None:
    case = a_case(
        POSTGRESQL,
        REPLACED,
        REMOVAL,
        OLD,
        becomes=Check(name="bounds", columns=("number", "pages")),
    )

    assert words(case) == Words(
        id="I226",
        message=(
            "CHECK book_number (number) of library_book becomes CHECK bounds (number,"
            " pages)."
        ),
        why=(
            "The migration changes it explicitly. From then on, rows that only the old "
            "constraint refused are accepted; rows that violate the new one make the "
            "migration fail."
        ),
    )


def test_constraint_without_a_successor_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, OLD)

    assert judged(case) == "W223"
