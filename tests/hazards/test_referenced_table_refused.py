"""A table is dropped that a foreign key references, on MySQL or MariaDB."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DANGLING, FAILS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropTable
from tests.hazards.cases import MARIADB, MYSQL, SQLITE, a_case, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_foreign_key_of_another_app(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        FAILS,
        DELETED,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
        error="3730",
    )

    found = words(case)
    assert found.id == "E109"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB, FAILS, DELETED, KEY, table="legacy", model="Author", error="1451"
    )

    found = words(case)
    assert found.id == "E109"
    assert found == snapshot


def test_session_without_checks_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, DANGLING, DELETED, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E109"
    assert found == snapshot


def test_session_without_checks_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, DANGLING, DELETED, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E109"
    assert found == snapshot


def test_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, DANGLING, DELETED, KEY, table="legacy")

    assert judged(case) == "E110"
