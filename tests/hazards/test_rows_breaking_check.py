"""A check constraint is created over rows that break it."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards.rows_breaking_check import RowsBreakingCheck
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import BROKEN
from fkguard.schema.constraints import Check
from fkguard.schema.events import AddConstraint, AlterColumn
from tests.hazards.cases import MARIADB, POSTGRESQL, a_case, column, words

CHECK = Check(
    name="book_pages", columns=("pages",), expression="(AND: ('pages__gte', 0))"
)
ADDED = AddConstraint(
    table="library_book",
    constraint=CHECK,
    in_sql=lambda: replace(CHECK, expression="`pages` >= 0"),
)
OWN = Check(name="", columns=("pages",), expression='"__column__" >= 0')
PAGES = column("pages")


def test_constraint_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, BROKEN, ADDED, CHECK, error="4025", rows=1, sample=("id 3",))

    found = words(case)
    assert found.id == "E318"
    assert found == snapshot


def test_check_of_a_type() -> None:
    event = AlterColumn(
        table="library_book",
        old=PAGES,
        new=replace(PAGES, check=OWN.expression),
        constraints=(OWN,),
    )
    case = a_case(POSTGRESQL, BROKEN, event, OWN, rows=2)

    found = words(case)

    assert found.message == (
        'Altering library_book.pages fails: 2 rows break CHECK ("pages" >= 0).'
    )
    assert (
        found.instead[-1] == '# SELECT * FROM "library_book" WHERE NOT ("pages" >= 0)'
    )


def test_no_row_is_no_hazard() -> None:
    case = a_case(MARIADB, BROKEN, ADDED, CHECK, rows=0)

    assert not RowsBreakingCheck().applies(case, Catalogue(case.server))
