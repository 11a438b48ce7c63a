"""A column of a constraint is removed and comes back."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, FAILS, SHRUNK
from fkguard.schema.constraints import Check, Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("series"))
PLACED = Unique(name="book_place", columns=("series", "number"))
TOGETHER = Unique(
    name="library_book_series_number_1a2b3c4d_uniq", columns=("series", "number")
)
TITLES = Unique(
    name="library_book_title_shelf_1a2b3c4e_uniq", columns=("title", "shelf")
)
CHECKED = Check(
    name="range", columns=("number", "series"), expression="(number <= series)"
)


def test_declared_constraint(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True, returns=True)

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_unique_together_that_mysql_shrinks(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        REMOVED,
        TOGETHER,
        is_known=True,
        returns=True,
        becomes=Unique(name=TOGETHER.name, columns=("number",)),
        others=(TITLES,),
    )

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_order_that_comes_back() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("_order")),
        Unique(name="book_place", columns=("series", "_order")),
        is_known=True,
        returns=True,
        becomes=Unique(name="book_place", columns=("series",)),
    )

    assert words(case).instead == (
        'migrations.RemoveConstraint(model_name="Book", name="book_place"),',
        'migrations.AlterOrderWithRespectTo(name="Book", order_with_respect_to=None),',
        'migrations.AlterOrderWithRespectTo(name="Book", order_with_respect_to="..."),',
        "migrations.AddConstraint(",
        '    model_name="Book",',
        (
            '    constraint=models.UniqueConstraint(fields=["series", "_order"], '
            'name="book_place"),'
        ),
        "),",
    )


def test_constraint_that_mariadb_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB, FAILS, REMOVED, PLACED, is_known=True, returns=True, error="1072"
    )

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_constraint_made_by_hand(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, returns=True)

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_declared_check(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, CHECKED, is_known=True, returns=True)

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_table_without_a_model(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, returns=True, model="")

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_constraint_that_the_state_calls_otherwise(snapshot: SnapshotAssertion) -> None:
    """For a field that is gone, the state has its name instead of the column."""
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("author", "author_id")),
        Unique(name="legacy_key", columns=("author_id", "number")),
        is_known=True,
        returns=True,
        declared=Table(
            name="library_book",
            constraints=(
                Unique(name="book_author_number", columns=("author", "number")),
            ),
        ),
    )

    found = words(case)
    assert found.id == "E105"
    assert found == snapshot


def test_column_that_stays_away_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True)

    assert judged(case) == "E101"


def test_constraint_beside_the_column_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        REMOVED,
        Unique(name="by_hand", columns=("title",), is_index=True),
        returns=True,
    )

    assert judged(case) == "E401"
