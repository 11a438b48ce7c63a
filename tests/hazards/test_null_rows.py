"""A column becomes NOT NULL over rows that have no value in it."""

from __future__ import annotations

from dataclasses import replace

from fkguard.judgement.hazards.null_rows import NullRows
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import NULLS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AddColumn, AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, words

OLD = column("pages", null=True)
EVENT = AlterColumn(table="library_book", old=OLD, new=replace(OLD, null=False))
PAGES = Constraint(name="", columns=("pages",))


def test_rows_on_mysql() -> None:
    case = a_case(
        MYSQL, NULLS, EVENT, PAGES, error="1138", rows=2, sample=("id 3", "id 5")
    )

    assert words(case) == Words(
        id="E317",
        message=(
            "Altering library_book.pages to NOT NULL fails: 2 rows have NULL there: "
            "id 3, id 5."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1138, and cannot roll back the "
            "earlier operations of the migration. Django fills in a default only "
            "where the field has one."
        ),
        instead=(
            "# One of these. In a migration before this one, give the rows a value:",
            "migrations.RunSQL(",
            ('    "UPDATE `library_book` SET `pages` = ... WHERE `pages` IS NULL",'),
            "),",
            "# Or in the AlterField, a default for them:",
            "# the field with default=..., and preserve_default=False",
        ),
    )


def test_new_column_on_postgresql() -> None:
    event = AddColumn(table="library_book", new=replace(OLD, null=False))
    case = a_case(POSTGRESQL, NULLS, event, PAGES, error="contains null values", rows=2)

    assert words(case) == Words(
        id="E317",
        message=(
            "Adding library_book.pages fails: it is NOT NULL and has no default, and 2 "
            "rows of the table have no value for it."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("contains null values"); only an atomic '
            "migration is rolled back."
        ),
        instead=(
            "# One of these. In the AddField, a default for the rows:",
            "# the field with default=..., and preserve_default=False",
            "# Or in three steps:",
            "# AddField: the field with null=True",
            "# RunPython: give each row a value",
            "# AlterField: the field without null=True",
        ),
    )


def test_no_row_is_no_hazard() -> None:
    case = a_case(MYSQL, NULLS, EVENT, PAGES, rows=0)

    assert not NullRows().applies(case, Catalogue(case.server))
