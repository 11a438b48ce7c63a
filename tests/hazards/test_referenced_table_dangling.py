"""A table is dropped that a foreign key references, on SQLite."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DANGLING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropColumn, DropTable
from tests.hazards.cases import MARIADB, SQLITE, a_case, column, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_foreign_key_of_a_model(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        DELETED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E110"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, DANGLING, DELETED, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E110"
    assert found == snapshot


def test_other_database_is_another_hazard() -> None:
    case = a_case(MARIADB, DANGLING, DELETED, KEY, table="legacy")

    assert judged(case) == "E109"


def test_dropped_column_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        DropColumn(table="library_author", old=column("id", primary_key=True)),
        KEY,
        table="legacy",
    )

    assert judged(case) == "E107"
