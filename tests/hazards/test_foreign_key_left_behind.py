"""The state no longer declares a foreign key that no operation drops."""

from __future__ import annotations

from django.core import checks

from fkguard.judgement.hazards import named
from fkguard.schema.consequences import LEFT_BEHIND
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, words

LOAN = Event(table="library_loan")
TO_BOOK = ForeignKey(
    name="loan_book",
    columns=("book_id",),
    to_table="library_book",
    to_columns=("id",),
)


def test_field() -> None:
    found = words(
        a_case(
            SQLITE, LEFT_BEHIND, LOAN, TO_BOOK, table="library_loan", detail="Loan.book"
        )
    )

    assert found.id == "W503"
    assert "loan_book (book_id) of library_loan" in found.message
    assert "library_book" in found.why
    assert found.instead[-1].startswith('migrations.AlterField("Loan", "book", ')
    assert "db_constraint=False" in found.instead[-1]


def test_join_table() -> None:
    found = words(a_case(POSTGRESQL, LEFT_BEHIND, LOAN, TO_BOOK, table="library_loan"))

    assert "DROP CONSTRAINT" in found.instead[-1]


def test_no_mode_refuses_it() -> None:
    hazard = named("W503")

    assert hazard is not None
    assert hazard.level == checks.WARNING
    assert not hazard.refused_in
