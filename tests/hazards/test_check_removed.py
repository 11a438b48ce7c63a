"""A migration removes a check."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, REMOVED
from fkguard.schema.constraints import Check
from fkguard.schema.events import AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import (
    MARIADB,
    POSTGRESQL,
    a_case,
    column,
    judged,
    words,
)

POSITIVE = Check(
    name="book_number_positive", columns=("number",), expression="number > 0"
)


def test_check_removed(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        REMOVED,
        RemoveConstraint(table="library_book", constraint=POSITIVE),
        POSITIVE,
    )

    found = words(case)
    assert found.id == "W223"
    assert found == snapshot


def test_type_without_its_check(snapshot: SnapshotAssertion) -> None:
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

    found = words(case)
    assert found.id == "W223"
    assert found == snapshot


def test_check_that_goes_with_a_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        POSITIVE,
    )

    assert judged(case) == "E104"
