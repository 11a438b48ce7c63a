"""A column is removed that other things than its constraints depend on."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import CASCADES, DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import DropColumn, DropTable
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

REMOVED = DropColumn(table="library_book", old=column("series"))
CODE = DropColumn(table="library_author", old=column("code", unique=True))
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("code",),
)
VIEW = Dependent(kind="view", name="places")
TRIGGER = Dependent(kind="trigger", name="no_move")
GENERATED = Dependent(kind="generated column", name="twice")


def test_view_and_trigger_that_go_along(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        REMOVED,
        Constraint(name="places"),
        dependents=(VIEW, TRIGGER),
    )

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_view_that_postgresql_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        REMOVED,
        Constraint(name="places"),
        dependents=(VIEW,),
        error="other objects depend on it",
    )

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_generated_column_that_goes_along(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL, CASCADES, REMOVED, Constraint(name="twice"), dependents=(GENERATED,)
    )

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_foreign_key_of_another_app(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        CODE,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_foreign_key_of_a_known_table_without_its_model(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        MYSQL,
        FAILS,
        CODE,
        KEY,
        table="loans_loan",
        model="Author",
        is_known=True,
        error="1829",
    )

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, DANGLING, CODE, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere_on_sqlite(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(SQLITE, DANGLING, CODE, KEY, table="legacy", model="Author")

    found = words(case)
    assert found.id == "E106"
    assert found == snapshot


def test_primary_key_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(
            table="library_author", old=column("code", primary_key=True, unique=True)
        ),
        KEY,
        table="legacy",
        model="Author",
    )

    assert judged(case) == "E107"


def test_view_of_a_dropped_table_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DropTable(table="library_book"),
        Constraint(name="places"),
        dependents=(VIEW,),
    )

    assert judged(case) == "E108"
