"""The unique is removed that a foreign key stands on."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import AlterColumn, RemoveConstraint
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
    table="library_author", old=column("code", unique=True), new=column("code")
)
REMOVED = RemoveConstraint(
    table="library_author", constraint=Unique(name="codes", columns=("code",))
)
TOGETHER = RemoveConstraint(
    table="library_author",
    constraint=Unique(
        name="library_author_code_name_1a2b3c4d_uniq", columns=("code", "name")
    ),
)
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("code",),
)


def test_field_that_stops_being_unique(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        FAILS,
        PLAIN,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
        error="1553",
    )

    found = words(case)
    assert found.id == "E206"
    assert found == snapshot


def test_constraint_that_mariadb_lets_go(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        DROPPED,
        REMOVED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E206"
    assert found == snapshot


def test_constraint_that_postgresql_refuses_to_drop(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        REMOVED,
        KEY,
        table="legacy",
        model="Author",
        error="other objects depend on it",
    )

    found = words(case)
    assert found.id == "E206"
    assert found == snapshot


def test_entry_of_unique_together(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        TOGETHER,
        ForeignKey(
            name="by_hand",
            columns=("code", "name"),
            to_table="library_author",
            to_columns=("code", "name"),
        ),
        table="legacy",
        model="Author",
        error="other objects depend on it",
    )

    found = words(case)
    assert found.id == "E206"
    assert found == snapshot


def test_field_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, DANGLING, PLAIN, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E206"
    assert found == snapshot


def test_change_of_type_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, PLAIN, KEY, table="legacy", error="3780")

    assert judged(case) == "E203"


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        REMOVED,
        ForeignKey(
            name="by_hand",
            columns=("friend",),
            to_table="library_author",
            to_columns=("code",),
        ),
        table="library_author",
    )

    assert judged(case) == "E401"
