"""A column becomes NOT NULL over rows that have no value in it."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards.null_rows import NullRows
from fkguard.schema.catalogue import Catalogue
from fkguard.schema.consequences import NULLS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AddColumn, AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, words

OLD = column("pages", null=True)
EVENT = AlterColumn(table="library_book", old=OLD, new=replace(OLD, null=False))
PAGES = Constraint(name="", columns=("pages",))


def test_rows_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, NULLS, EVENT, PAGES, error="1138", rows=2, sample=("id 3", "id 5")
    )

    found = words(case)
    assert found.id == "E317"
    assert found == snapshot


def test_new_column_on_postgresql(snapshot: SnapshotAssertion) -> None:
    event = AddColumn(table="library_book", new=replace(OLD, null=False))
    case = a_case(POSTGRESQL, NULLS, event, PAGES, error="contains null values", rows=2)

    found = words(case)
    assert found.id == "E317"
    assert found == snapshot


def test_no_row_is_no_hazard() -> None:
    case = a_case(MYSQL, NULLS, EVENT, PAGES, rows=0)

    assert not NullRows().applies(case, Catalogue(case.server))
