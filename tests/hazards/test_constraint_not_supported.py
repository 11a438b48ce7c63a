"""A constraint is declared that the database does not make."""

from __future__ import annotations

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, UNCREATED
from fkguard.schema.constraints import Exclusion, Unique
from fkguard.schema.events import AddConstraint, CreateTable, DropColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
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


def test_condition_on_mysql() -> None:
    case = a_case(MYSQL, UNCREATED, ADDED, CONDITIONAL)

    assert words(case) == Words(
        id="E501",
        message=(
            "UNIQUE number_of_present (number) of library_book is declared but not "
            "created."
        ),
        why=(
            "Django makes no uniques with a condition on MySQL "
            "9.7.0: it skips the constraint, and records the migration as applied."
        ),
        instead=(
            "# Declare a unique of plain columns, or one over a GeneratedField",
            "# that is NULL for the rows that may repeat.",
        ),
    )


def test_include_on_sqlite() -> None:
    case = a_case(
        SQLITE,
        UNCREATED,
        ADDED,
        Unique(name="numbers", columns=("number",), include=("title",), is_index=True),
    )

    assert words(case) == Words(
        id="E501",
        message=(
            "UNIQUE numbers (number) of library_book is declared but not created."
        ),
        why=(
            "Django makes no uniques with included columns on "
            "SQLite 3.40.1: it skips the constraint, and records the migration as "
            "applied."
        ),
        instead=("# Leave include=[...] out: it promises nothing by itself.",),
    )


def test_deferrable_on_mariadb() -> None:
    case = a_case(
        MARIADB,
        UNCREATED,
        ADDED,
        Unique(name="numbers", columns=("number",), deferrable="deferred"),
    )

    assert words(case) == Words(
        id="E501",
        message=(
            "UNIQUE numbers (number) of library_book is declared but not created."
        ),
        why=(
            "Django makes no uniques that are deferrable on MariaDB "
            "11.8.3: it skips the constraint, and records the migration as applied."
        ),
        instead=("# Leave deferrable=... out, if rows may be checked at once.",),
    )


def test_nulls_not_distinct_over_expressions_on_mariadb() -> None:
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

    assert words(case) == Words(
        id="E501",
        message=(
            "UNIQUE lower_title (title) of library_book is declared but not created."
        ),
        why=(
            "Django makes no uniques over expressions or with NULLS "
            "NOT DISTINCT on MariaDB 11.8.3: it skips the constraint, and records the "
            "migration as applied."
        ),
        instead=(
            "# Declare a unique of plain columns, or one over a GeneratedField",
            "# that is NULL for the rows that may repeat.",
        ),
    )


def test_exclusion_on_mysql() -> None:
    case = a_case(
        MYSQL, UNCREATED, ADDED, Exclusion(name="no_overlap", columns=("low", "high"))
    )

    assert words(case) == Words(
        id="E501",
        message=(
            "EXCLUDE no_overlap (low, high) of library_book is declared but not "
            "created."
        ),
        why=(
            "Django makes no exclusion constraints on MySQL 9.7.0: it skips the "
            "constraint, and records the migration as applied."
        ),
        instead=(
            ("# Enforce EXCLUDE no_overlap (low, high) with a trigger, in RunSQL."),
        ),
    )


def test_unique_equal_to_another_on_postgresql() -> None:
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

    assert words(case) == Words(
        id="E501",
        message=(
            "UNIQUE second (series, number) of library_book is declared but not "
            "created."
        ),
        why=(
            "PostgreSQL 15.8 creates a single constraint for equal ones in a CREATE "
            "TABLE: "
            "UNIQUE first (series, number) is used for both. Later, an operation that "
            "names "
            "second fails, or drops that one."
        ),
        instead=("# Leave second out: the other one says the same.",),
    )


def test_constraint_that_is_made_and_dropped_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        CONDITIONAL,
        is_known=True,
    )

    assert judged(case) == "E101"
