"""A unique constraint gives way to one that promises less."""

from __future__ import annotations

from fkguard.schema.consequences import SHRUNK, WEAKENED
from fkguard.schema.constraints import Unique
from fkguard.schema.events import DropColumn, RemoveConstraint
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
    a_case,
    column,
    judged,
    words,
)

NUMBER = Unique(name="book_number", columns=("number",))
REMOVAL = RemoveConstraint(table="library_book", constraint=NUMBER)


def test_another_column() -> None:
    case = a_case(
        POSTGRESQL,
        WEAKENED,
        REMOVAL,
        NUMBER,
        becomes=Unique(name="book_place", columns=("shelf", "number")),
    )

    assert words(case) == Words(
        id="W225",
        message=(
            "UNIQUE book_number (number) of library_book becomes UNIQUE book_place "
            "(shelf, number): rows may repeat (number) where shelf differs."
        ),
        why=(
            "The migration changes it explicitly. Code that relies on the old "
            "constraint, such as get() and update_or_create(), fails at the first "
            "duplicate, and the old constraint cannot be added again while there are "
            "duplicates."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W225", "book_number", reason="..."),',
            "]",
        ),
    )


def test_a_condition() -> None:
    case = a_case(
        SQLITE,
        WEAKENED,
        REMOVAL,
        NUMBER,
        becomes=Unique(name="lent_number", columns=("number",), condition="lent = 0"),
    )

    assert words(case) == Words(
        id="W225",
        message=(
            "UNIQUE book_number (number) of library_book becomes UNIQUE lent_number "
            "(number): rows outside its condition may repeat (number)."
        ),
        why=(
            "The migration changes it explicitly. Code that relies on the old "
            "constraint, such as get() and update_or_create(), fails at the first "
            "duplicate, and the old constraint cannot be added again while there are "
            "duplicates."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W225", "book_number", reason="..."),',
            "]",
        ),
    )


def test_nulls_that_repeat() -> None:
    case = a_case(
        POSTGRESQL,
        WEAKENED,
        REMOVAL,
        Unique(name="book_number", columns=("number",), nulls_distinct=False),
        becomes=Unique(name="number", columns=("number",)),
    )

    assert words(case) == Words(
        id="W225",
        message=(
            "UNIQUE book_number (number) of library_book becomes UNIQUE number "
            "(number): rows with a NULL may repeat (number)."
        ),
        why=(
            "The migration changes it explicitly. Code that relies on the old "
            "constraint, such as get() and update_or_create(), fails at the first "
            "duplicate, and the old constraint cannot be added again while there are "
            "duplicates."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W225", "book_number", reason="..."),',
            "]",
        ),
    )


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
