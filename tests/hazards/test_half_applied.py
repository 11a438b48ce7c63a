"""A migration is partly applied but not recorded."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards import Leftover
from fkguard.schema.catalogue import Located, Table
from fkguard.schema.consequences import LEFT_OVER
from fkguard.schema.constraints import Constraint, ForeignKey, Unique
from fkguard.schema.events import CreateTable
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, words

MADE = CreateTable(table="library_loan", after=Table(name="library_loan"))
NOTHING = Constraint(name="")
KEY = ForeignKey(
    name="loan_book", columns=("book_id",), to_table="library_book", to_columns=("id",)
)
PAIR = Unique(name="loan_pair", columns=("book_id", "day"))


def test_table_without_its_foreign_key(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        LEFT_OVER,
        MADE,
        NOTHING,
        table="library_loan",
        leftover=Leftover(
            tables=("library_book", "library_loan"),
            missing=(
                Located(table="library_loan", constraint=KEY),
                Located(table="library_loan", constraint=PAIR),
            ),
            absent=("table library_fine",),
        ),
    )

    found = words(case)
    assert found.id == "E314"
    assert found == snapshot


def test_column_with_everything() -> None:
    case = a_case(
        POSTGRESQL,
        LEFT_OVER,
        MADE,
        NOTHING,
        leftover=Leftover(columns=(("library_loan", "day"),)),
    )

    found = words(case)

    assert found.message == (
        "library.0007_step is not recorded as applied, but it has created: "
        "column library_loan.day. Nothing is missing."
    )
    assert 'ALTER TABLE "library_loan" DROP COLUMN "day";' in found.instead
