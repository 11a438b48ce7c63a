"""A constraint is declared that the database does not make."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, UNCREATED
from fkguard.schema.constraints import Exclusion, Unique
from fkguard.schema.events import AddConstraint, CreateTable, DropColumn
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

CONDITIONAL = Unique(
    name="number_of_present",
    columns=("number",),
    condition="(AND: ('lent', 0))",
    is_index=True,
)
ADDED = AddConstraint(table="library_book", constraint=CONDITIONAL, is_supported=False)


def test_condition_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, UNCREATED, ADDED, CONDITIONAL)

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_include_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        UNCREATED,
        ADDED,
        Unique(name="numbers", columns=("number",), include=("title",), is_index=True),
    )

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_deferrable_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        UNCREATED,
        ADDED,
        Unique(name="numbers", columns=("number",), deferrable="deferred"),
    )

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_nulls_not_distinct_over_expressions_on_mariadb(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        MARIADB,
        UNCREATED,
        ADDED,
        Unique(
            name="lower_title",
            reads=frozenset({"title"}),
            expressions=("Lower(F(title))",),
            nulls_distinct=False,
            is_index=True,
        ),
    )

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_exclusion_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, UNCREATED, ADDED, Exclusion(name="no_overlap", columns=("low", "high"))
    )

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_unique_equal_to_another_on_postgresql(snapshot: SnapshotAssertion) -> None:
    first, second = (
        Unique(name=name, columns=("series", "number")) for name in ("first", "second")
    )
    table = Table(name="library_book", constraints=(first, second))
    case = a_case(
        POSTGRESQL,
        UNCREATED,
        CreateTable(table=table.name, after=table),
        second,
        becomes=first,
    )

    found = words(case)
    assert found.id == "E501"
    assert found == snapshot


def test_constraint_that_is_made_and_dropped_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        CONDITIONAL,
        is_known=True,
    )

    assert judged(case) == "E101"
