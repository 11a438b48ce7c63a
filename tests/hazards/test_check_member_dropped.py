"""A column of a check or an exclusion is removed, renamed or altered."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import Check, Exclusion
from fkguard.schema.events import AlterColumn, DropColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("low"))
RENAMED = AlterColumn(table="library_book", old=column("low"), new=column("least"))
ALTERED = AlterColumn(
    table="library_book", old=column("low", check="low >= 0"), new=column("low")
)
RANGE = Check(name="range", columns=("high", "low"), expression="(`low` <= `high`)")
EXCLUSION = Exclusion(
    name="by_hand",
    columns=("high", "low"),
    definition="EXCLUDE USING gist (int4range(low, high) WITH &&)",
)


def test_check_that_postgresql_drops(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, RANGE, is_known=True)

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_exclusion_made_by_hand(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, EXCLUSION)

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_check_that_mariadb_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, FAILS, REMOVED, RANGE, is_known=True, error="1054")

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_renamed_column_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, FAILS, RENAMED, RANGE, is_known=True, error="3959")

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_renamed_column_of_a_check_made_by_hand(snapshot: SnapshotAssertion) -> None:
    """The condition is made again with the new name."""
    case = a_case(MYSQL, FAILS, RENAMED, RANGE, error="3959")

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_second_check_of_an_altered_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        ALTERED,
        Check(name="by_hand", columns=("low",), expression="(low < 10)"),
    )

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_check_of_one_column_that_is_still_declared(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        Check(name="low_positive", columns=("low",)),
        is_known=True,
    )

    found = words(case)
    assert found.id == "E104"
    assert found == snapshot


def test_alteration_on_sqlite_is_the_rebuilds_loss() -> None:
    case = a_case(SQLITE, DROPPED, ALTERED, RANGE)

    assert judged(case) == "E401"


def test_check_beside_the_column_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE, DROPPED, DropColumn(table="library_book", old=column("title")), RANGE
    )

    assert judged(case) == "E401"
