"""A unique constraint gives way to one that promises less."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import SHRUNK, WEAKENED
from fkguard.schema.constraints import Unique
from fkguard.schema.events import DropColumn, RemoveConstraint
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

NUMBER = Unique(name="book_number", columns=("number",))
REMOVAL = RemoveConstraint(table="library_book", constraint=NUMBER)


def test_another_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        WEAKENED,
        REMOVAL,
        NUMBER,
        becomes=Unique(name="book_place", columns=("shelf", "number")),
    )

    found = words(case)
    assert found.id == "W225"
    assert found == snapshot


def test_a_condition(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        WEAKENED,
        REMOVAL,
        NUMBER,
        becomes=Unique(name="lent_number", columns=("number",), condition="lent = 0"),
    )

    found = words(case)
    assert found.id == "W225"
    assert found == snapshot


def test_nulls_that_repeat(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        WEAKENED,
        REMOVAL,
        Unique(name="book_number", columns=("number",), nulls_distinct=False),
        becomes=Unique(name="number", columns=("number",)),
    )

    found = words(case)
    assert found.id == "W225"
    assert found == snapshot


def test_unique_that_shrinks_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("shelf")),
        Unique(name="book_place", columns=("shelf", "number")),
        becomes=NUMBER,
        is_known=True,
    )

    assert judged(case) == "E101"
