"""A migration removes a check."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, REMOVED
from fkguard.schema.constraints import Check
from fkguard.schema.events import AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import (
    MARIADB,
    POSTGRESQL,
    Words,
    a_case,
    column,
    judged,
    words,
)

POSITIVE = Check(
    name="book_number_positive", columns=("number",), expression="number > 0"
)


def test_check_removed() -> None:
    case = a_case(
        MARIADB,
        REMOVED,
        RemoveConstraint(table="library_book", constraint=POSITIVE),
        POSITIVE,
    )

    assert words(case) == Words(
        id="W223",
        message=(
            "Removing CHECK book_number_positive (number) from library_book allows "
            "rows that it refused."
        ),
        why=(
            "The migration removes it explicitly, and declares no replacement. The "
            "constraint cannot be added again while a row violates the condition."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W223", "book_number_positive", reason="..."),',
            "]",
        ),
    )


def test_type_without_its_check() -> None:
    case = a_case(
        POSTGRESQL,
        REMOVED,
        AlterColumn(
            table="library_book",
            old=column("number", check="number >= 0"),
            new=column("number"),
        ),
        Check(name="", columns=("number",), expression="number >= 0"),
    )

    assert words(case) == Words(
        id="W223",
        message="Altering library_book.number drops CHECK (number) of its old type.",
        why=(
            "The migration removes it explicitly, and declares no replacement. The "
            "constraint cannot be added again while a row violates the condition."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W223", "library_book(number)", reason="..."),',
            "]",
        ),
    )


def test_check_that_goes_with_a_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        POSITIVE,
    )

    assert judged(case) == "E104"
