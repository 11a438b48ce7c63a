"""Names that differ in case alone, compared as each server compares them."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import AlterField, RemoveConstraint

from fkguard.errors import Refused
from fkguard.schema.identifiers import AsciiName, Name, namer
from fkguard.verify import verify
from tests.harness import FLAVOUR, Lab, here
from tests.scenarios.builders import create, integer, key, text, unique

BOOK = create("Book", title=text(), number=integer())
LOAN = create(
    "Loan",
    book=key("Book"),
    code=text(),
    options={"constraints": [unique("loan_once", "code", "book")]},
)
LONGER = AlterField("Loan", "code", models.CharField(max_length=90))

#: The same tables, as another program has spelled them.
SPELLED = {
    "sqlite": (
        'ALTER TABLE testapp_loan RENAME COLUMN book_id TO "Book_ID"',
        'ALTER TABLE testapp_loan RENAME COLUMN code TO "CODE"',
        'ALTER TABLE testapp_book RENAME COLUMN id TO "ID"',
        'ALTER TABLE testapp_book RENAME TO "between"',
        'ALTER TABLE "between" RENAME TO "TestApp_Book"',
    ),
    "mysql|mariadb": (
        "ALTER TABLE testapp_loan RENAME COLUMN book_id TO `Book_ID`",
        "ALTER TABLE testapp_loan RENAME COLUMN code TO `CODE`",
        "ALTER TABLE testapp_loan RENAME INDEX loan_once TO `Loan_Once`",
        "ALTER TABLE testapp_book RENAME COLUMN id TO `ID`",
    ),
}

folding = pytest.mark.flavours("sqlite", "mysql", "mariadb")


@pytest.mark.flavours("sqlite")
def test_without_the_guard_a_rebuild_loses_the_index(lab: Lab) -> None:
    _make_by_hand(lab)

    outcome = lab.migrate(mode="off")

    assert "- TestApp_Loan: UNIQUE (number) [loan_number]" in [
        line.replace("testapp_loan", "TestApp_Loan") for line in outcome.changes
    ]


@pytest.mark.flavours("sqlite")
def test_index_of_a_table_in_another_case_is_refused(lab: Lab) -> None:
    _make_by_hand(lab)

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert [each.id for each in outcome.error.messages] == ["fkguard.E401"]
    assert "loan_number" in str(outcome.error)
    assert outcome.is_untouched


@pytest.mark.flavours("sqlite")
def test_index_of_a_table_in_another_case_is_kept(lab: Lab) -> None:
    _make_by_hand(lab)

    assert lab.migrate(mode="auto").error is None

    assert lab.is_enforced(
        "INSERT INTO testapp_loan (code, number) VALUES ('a', 7)",
        "INSERT INTO testapp_loan (code, number) VALUES ('b', 7)",
    )


def _make_by_hand(lab: Lab) -> None:
    lab.apply([create("Loan", code=text(), number=integer())])
    lab.execute(
        'ALTER TABLE testapp_loan RENAME TO "between"',
        'ALTER TABLE "between" RENAME TO "TestApp_Loan"',
        'CREATE UNIQUE INDEX "loan_number" ON "TESTAPP_LOAN" ("NUMBER")',
    )
    lab.write([LONGER])


@folding
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_columns_in_another_case_are_no_loss(
    lab: Lab, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.apply([BOOK], [LOAN])
    lab.execute(*here(SPELLED, ()))
    assert verify(lab.connection).findings == []
    lab.write([LONGER])

    forth = lab.migrate(mode=mode)
    assert forth.error is None, str(forth)
    assert verify(lab.connection).findings == []
    back = lab.migrate(lab.steps[1], mode=mode)
    assert back.error is None, str(back)

    assert verify(lab.connection).findings == []
    assert "fkguard" not in caplog.text


@folding
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_constraint_in_another_case_is_removed(lab: Lab, mode: str) -> None:
    lab.apply([BOOK], [LOAN])
    lab.execute(*here(SPELLED, ()))
    lab.write([RemoveConstraint("Loan", "loan_once")])

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, str(outcome)
    assert not any("UNIQUE" in line for line in outcome.after.constraints())


@pytest.mark.flavours("postgresql")
def test_columns_that_differ_in_case_are_two(lab: Lab) -> None:
    lab.apply([create("Book", number=integer(), other=integer(db_column="Number"))])
    lab.execute('CREATE UNIQUE INDEX "by_hand" ON testapp_book (number, "Number")')
    assert FLAVOUR == "postgresql"

    table = lab.snapshot().catalogue.tables["testapp_book"]

    assert {"number", "Number"} <= {each.name for each in table.columns}
    assert table.column("NUMBER") is None


def test_name_is_shown_as_written_and_compared_without_case() -> None:
    name = namer(Name)("Book_ID")

    assert str(name) == "Book_ID"
    assert name == "book_id"
    assert name == namer(Name)("BOOK_ID")
    assert name in {"book_id": 1}
    assert name != "book"
    assert namer(Name)("book_id").__class__ is str
    assert namer(None)("Book_ID") != "book_id"


def test_sqlite_knows_the_case_of_ascii_alone() -> None:
    assert Name("ÄB") == "äb"
    assert AsciiName("ÄB") != "äb"
    assert AsciiName("ÄB") == "Äb"
