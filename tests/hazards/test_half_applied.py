"""A migration is partly applied but not recorded."""

from __future__ import annotations

from fkguard.judgement.hazards import Leftover
from fkguard.schema.catalogue import Located, Table
from fkguard.schema.consequences import LEFT_OVER
from fkguard.schema.constraints import Constraint, ForeignKey, Unique
from fkguard.schema.events import CreateTable
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, words

MADE = CreateTable(table="library_loan", after=Table(name="library_loan"))
NOTHING = Constraint(name="")
KEY = ForeignKey(
    name="loan_book", columns=("book_id",), to_table="library_book", to_columns=("id",)
)
PAIR = Unique(name="loan_pair", columns=("book_id", "day"))


def test_table_without_its_foreign_key() -> None:
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

    assert words(case) == Words(
        id="E314",
        message=(
            "library.0007_step is not recorded as applied, but it has created: "
            "table library_book, table library_loan. Missing: FOREIGN KEY (book_id) "
            "REFERENCES library_book (id) of library_loan, UNIQUE (book_id, day) of "
            "library_loan, table library_fine."
        ),
        why=(
            "MySQL 9.7.0 cannot roll back: after a failed run, the tables remain, "
            "but the foreign keys, indexes and unique constraints that Django "
            "creates at the end of a migration are missing. Running it again fails "
            'with "already exists".'
        ),
        instead=(
            "# Either drop it, if its rows are not needed:",
            "DROP TABLE `library_loan`;",
            "DROP TABLE `library_book`;",
            "# and run migrate again. Or create what is missing:",
            (
                "ALTER TABLE `library_loan` ADD CONSTRAINT `loan_book` FOREIGN KEY "
                "(`book_id`) REFERENCES `library_book` (`id`);"
            ),
            (
                "ALTER TABLE `library_loan` ADD UNIQUE INDEX `loan_pair` (`book_id`, "
                "`day`);"
            ),
            "# table library_fine",
            "# (python manage.py sqlmigrate library 0007_step shows everything)",
            "# and record the migration:",
            "# python manage.py migrate --fake library 0007_step",
        ),
    )


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
