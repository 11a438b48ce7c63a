"""A column is removed that a unique index reads beside its key."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("lent"))
CONDITIONAL = Unique(
    name="number_of_present",
    columns=("number",),
    reads=frozenset({"lent"}),
    condition="(lent = 0)",
    is_index=True,
)
INCLUDING = Unique(
    name="numbers",
    columns=("number",),
    reads=frozenset({"lent"}),
    include=("lent",),
    is_index=True,
)
EXPRESSION = Unique(
    name="by_hand", reads=frozenset({"lent"}), expressions=("lower(`lent`)",)
)


def test_condition_reads_the_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, CONDITIONAL, is_known=True)

    found = words(case)
    assert found.id == "E103"
    assert found == snapshot


def test_index_includes_the_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, INCLUDING)

    found = words(case)
    assert found.id == "E103"
    assert found == snapshot


def test_expression_reads_the_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, FAILS, REMOVED, EXPRESSION, error="3837")

    found = words(case)
    assert found.id == "E103"
    assert found == snapshot


def test_column_of_the_key_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("number")),
        CONDITIONAL,
        is_known=True,
    )

    assert judged(case) == "E101"


def test_column_that_the_index_does_not_read_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        DropColumn(table="library_book", old=column("title")),
        CONDITIONAL,
    )

    assert judged(case) == "E401"
