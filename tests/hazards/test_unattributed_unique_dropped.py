"""A field stops being unique, and another unique goes too."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import AlterColumn
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

PLAIN = AlterColumn(
    table="library_book", old=column("code", unique=True), new=column("code")
)
BY_HAND = Unique(name="by_hand", columns=("code",))
INDEX = Unique(name="by_hand", columns=("code",), is_index=True)


def test_second_unique_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, DROPPED, PLAIN, BY_HAND)

    found = words(case)
    assert found.id == "E204"
    assert found == snapshot


def test_unique_index_that_django_takes_for_a_constraint(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(POSTGRESQL, FAILS, PLAIN, INDEX, error="does not exist")

    found = words(case)
    assert found.id == "E204"
    assert found == snapshot


def test_second_unique_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, DROPPED, PLAIN, INDEX)

    found = words(case)
    assert found.id == "E204"
    assert found == snapshot


def test_unique_of_an_indexed_field(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        DROPPED,
        AlterColumn(
            table="library_book", old=column("code", db_index=True), new=column("code")
        ),
        BY_HAND,
    )

    found = words(case)
    assert found.id == "E204"
    assert found == snapshot


def test_other_alteration_on_sqlite_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AlterColumn(
            table="library_book", old=column("code"), new=column("code", null=True)
        ),
        INDEX,
    )

    assert judged(case) == "E401"


def test_foreign_key_on_the_unique_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        PLAIN,
        ForeignKey(
            name="fk", columns=("code",), to_table="library_book", to_columns=("code",)
        ),
        table="legacy",
        error="1553",
    )

    assert judged(case) == "E206"
