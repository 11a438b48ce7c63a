"""A table or column that nothing declares references a declared table."""

from __future__ import annotations

from dataclasses import replace

from django.core import checks

from fkguard.judgement.hazards import named
from fkguard.schema.catalogue import Column, Table
from fkguard.schema.consequences import EXTRA
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, judged, words

LOAN = Event(table="library_loan")
TO_BOOK = ForeignKey(
    name="loan_book",
    columns=("book_id",),
    to_table="library_book",
    to_columns=("id",),
)


def test_table_that_nothing_declares() -> None:
    found = words(a_case(POSTGRESQL, EXTRA, LOAN, TO_BOOK, table="library_loan"))

    assert found.id == "W711"
    assert "library_loan (book_id)" in found.message
    assert "library_book" in found.message
    assert "IntegrityError" in found.why
    assert found.instead[-1] == (
        'ALTER TABLE "library_loan" DROP CONSTRAINT "loan_book";'
    )


def test_column_that_nothing_declares() -> None:
    case = a_case(POSTGRESQL, EXTRA, LOAN, TO_BOOK, table="library_loan")
    declared = Table(name="library_loan", columns=(Column(name="id", type="bigint"),))

    found = words(replace(case, declared=declared))

    assert found.id == "W711"
    assert "library_loan.book_id" in found.message


def test_declared_column_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, EXTRA, LOAN, TO_BOOK, table="library_loan")
    declared = Table(
        name="library_loan", columns=(Column(name="book_id", type="bigint"),)
    )

    assert judged(replace(case, declared=declared)) == "W710"


def test_action_of_the_database() -> None:
    case = a_case(
        POSTGRESQL,
        EXTRA,
        LOAN,
        replace(TO_BOOK, on_delete="CASCADE"),
        table="library_loan",
    )

    found = words(case)

    assert "ON DELETE CASCADE" in found.why
    assert "IntegrityError" not in found.why


def test_sqlite_cannot_drop_it() -> None:
    found = words(a_case(SQLITE, EXTRA, LOAN, TO_BOOK, table="library_loan"))

    assert not any("ALTER TABLE" in line for line in found.instead)


def test_it_is_a_warning() -> None:
    hazard = named("W711")

    assert hazard is not None
    assert hazard.level == checks.WARNING
