"""A table is dropped together with the foreign keys and views that use it."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import CASCADES, DROPPED, FAILS
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
VIEW = Dependent(kind="view", name="names")


def test_foreign_key_of_a_model(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DELETED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    found = words(case)
    assert found.id == "E108"
    assert found == snapshot


def test_foreign_key_of_a_table_elsewhere(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL, DROPPED, DELETED, KEY, table='archive"."legacy', model="Author"
    )

    found = words(case)
    assert found.id == "E108"
    assert found == snapshot


def test_view(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DELETED,
        Constraint(name="names"),
        table="library_author",
        dependents=(VIEW,),
        model="Author",
    )

    found = words(case)
    assert found.id == "E108"
    assert found == snapshot


@pytest.mark.parametrize(
    ("dependents", "kinds"),
    [
        (("trigger",), "trigger"),
        (("table", "table"), "table"),
        (("view", "generated column"), "view and generated column"),
        (
            ("view", "view", "materialized view", "trigger"),
            "view, materialized view and trigger",
        ),
    ],
)
def test_what_goes_along_is_called_what_it_is(
    dependents: tuple[str, ...], kinds: str
) -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DELETED,
        Constraint(name="names"),
        table="library_author",
        dependents=tuple(
            Dependent(kind=each, name=f"it_{number}")
            for number, each in enumerate(dependents)
        ),
        model="Author",
    )

    assert words(case).why == (
        "Django drops tables with CASCADE, and PostgreSQL 15.8 then drops every "
        f"{kinds} that depends on them."
    )


def test_join_table(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropTable(table="library_book_tags", joins="library.Book.tags"),
        ForeignKey(
            name="by_hand",
            columns=("join_id",),
            to_table="library_book_tags",
            to_columns=("id",),
        ),
        table="legacy",
    )

    found = words(case)
    assert found.id == "E108"
    assert found == snapshot


def test_refusal_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, DELETED, KEY, table="legacy", error="3730")

    assert judged(case) == "E109"
