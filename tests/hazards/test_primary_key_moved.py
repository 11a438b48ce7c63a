"""The primary key is removed while foreign keys reference it."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(
    table="library_author", old=column("id", primary_key=True, unique=True)
)
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_foreign_key_that_goes_along(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E107"
    assert found == snapshot


def test_foreign_key_that_mysql_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, FAILS, REMOVED, KEY, table="legacy", model="Author", error="1829"
    )

    found = words(case)
    assert found.id == "E107"
    assert found == snapshot


def test_foreign_key_in_a_session_without_checks(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, DANGLING, REMOVED, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E107"
    assert found == snapshot


def test_foreign_key_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        REMOVED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E107"
    assert found == snapshot


def test_other_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_author", old=column("id", unique=True)),
        KEY,
        table="legacy",
        model="Author",
    )

    assert judged(case) == "E106"
