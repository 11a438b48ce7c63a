"""A column of a declared unique is removed."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, FAILS, SHRUNK
from fkguard.schema.constraints import Unique
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
    name="library_book_title_shelf_1a2b3c4e_uniq", columns=("title", "shelf_id")
)
BOTH = Unique(
    name="library_book_series_title_1a2b3c4f_uniq", columns=("series", "title")
)


def test_constraint_that_postgresql_drops(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True)

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_unique_together_that_mysql_shrinks(snapshot: SnapshotAssertion) -> None:
    """The entries that stay are those without the column, by the names of fields."""
    case = a_case(
        MYSQL,
        SHRUNK,
        REMOVED,
        TOGETHER,
        is_known=True,
        becomes=Unique(name=TOGETHER.name, columns=("number",)),
        others=(TITLES, BOTH),
        fields={"shelf_id": "shelf"},
    )

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_last_unique_together(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, TOGETHER, is_known=True)

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_constraint_that_mariadb_refuses_to_break(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, FAILS, REMOVED, PLACED, is_known=True, error="1072")

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_constraint_that_sqlite_cannot_rebuild(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, FAILS, REMOVED, PLACED, is_known=True, error="no field")

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_constraint_of_one_column_that_is_still_declared(
    snapshot: SnapshotAssertion,
) -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        Unique(name="book_series", columns=("series",)),
        is_known=True,
    )

    found = words(case)
    assert found.id == "E101"
    assert found == snapshot


def test_order_goes_with_its_option() -> None:
    """No state has ``_order`` among its fields: a RemoveField would not find it."""
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_book", old=column("_order")),
        Unique(name="book_place", columns=("series", "_order")),
        is_known=True,
    )

    assert words(case).instead == (
        'migrations.RemoveConstraint(model_name="Book", name="book_place"),',
        'migrations.AlterOrderWithRespectTo(name="Book", order_with_respect_to=None),',
        '# and AddConstraint with fields=["series"], if that is the new rule',
    )


def test_constraint_that_no_state_knows_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED)

    assert judged(case) == "E102"


def test_column_that_comes_back_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, PLACED, is_known=True, returns=True)

    assert judged(case) == "E105"


def test_constraint_beside_the_column_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        REMOVED,
        Unique(name="titles", columns=("title",)),
        is_known=True,
    )

    assert judged(case) == "E401"
