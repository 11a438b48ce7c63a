"""A foreign key references a table that does not exist yet."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards import Reference
from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import TABLE_MISSING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import CreateTable
from fkguard.schema.location import Place
from tests.hazards.cases import MARIADB, MYSQL, POSTGRESQL, a_case, words

KEY = ForeignKey(
    name="loan_book",
    columns=("book_id",),
    to_table="catalog_book",
    to_columns=("id",),
)
MADE = CreateTable(table="library_loan", after=Table(name="library_loan"))
CIRCLE = Reference(
    label="library.Loan.book",
    model="Loan",
    field="book",
    to="catalog.Book",
    path="library.Loan.book -> catalog.Book.loan -> library.Loan",
    made_by=("catalog", "0001_initial"),
    source='models.ForeignKey(on_delete=models.CASCADE, to="catalog.book")',
)


def test_circle(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, TABLE_MISSING, MADE, KEY, table="library_loan", reference=CIRCLE
    )

    found = words(case)
    assert found.id == "E311"
    assert found == snapshot


def test_app_without_migrations_that_is_made_first() -> None:
    case = a_case(
        MARIADB,
        TABLE_MISSING,
        MADE,
        KEY,
        table="library_loan",
        reference=CIRCLE,
    )
    case = type(case)(**{**vars(case), "place": Place(operation="migrate")})

    assert words(case).instead == (
        "# python manage.py makemigrations library",
        "# Tables of apps without migrations are created before those of other apps.",
    )


def test_app_without_migrations_that_nobody_makes() -> None:
    reference = Reference(
        label="library.Loan.book",
        to="catalog.Book",
        path="library.Loan.book -> catalog.Book",
        is_unmigrated=True,
    )
    case = a_case(
        POSTGRESQL, TABLE_MISSING, MADE, KEY, table="library_loan", reference=reference
    )

    found = words(case)

    assert found.message == (
        "library_loan.book_id references catalog_book, which nothing in this plan "
        "creates: library.Loan.book -> catalog.Book."
    )
    assert found.instead == (
        "# python manage.py makemigrations catalog",
        "# and depend on its first migration; without migrations:",
        "# python manage.py migrate --run-syncdb",
    )


def test_model_that_no_migration_makes() -> None:
    reference = Reference(label="library.Loan.book", to="catalog.Book")
    case = a_case(
        POSTGRESQL, TABLE_MISSING, MADE, KEY, table="library_loan", reference=reference
    )

    found = words(case)

    assert found.message == (
        "library_loan.book_id references catalog_book, which nothing in this plan "
        "creates."
    )
    assert found.instead == ("# python manage.py makemigrations catalog",)
