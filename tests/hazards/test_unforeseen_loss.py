"""A constraint is lost, and no other hazard says how."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import (
    CHANGED,
    DROPPED,
    JOIN_DROPPED,
    RETARGETED,
    SHRUNK,
)
from fkguard.schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from fkguard.schema.events import (
    AlterColumn,
    DropColumn,
    DropTable,
    RenameTable,
    RunStatement,
)
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

PLACED = Unique(name="book_place", columns=("series", "number"))
RUN = RunStatement(table="", sql="ALTER TABLE library_book ...")
RENAMED = RenameTable(table="library_book", to="library_volume")


def test_statement_drops_a_declared_unique(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, RUN, PLACED, is_known=True)

    found = words(case)
    assert found.id == "E190"
    assert found == snapshot


def test_statement_changes_a_foreign_key(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        CHANGED,
        RUN,
        ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
            on_delete="CASCADE",
        ),
        becomes=ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
        ),
    )

    found = words(case)
    assert found.id == "E190"
    assert found == snapshot


def test_rename_drops_a_unique_that_nobody_knows(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, DROPPED, RENAMED, PLACED)

    found = words(case)
    assert found.id == "E190"
    assert found == snapshot


def test_primary_key_of_several_columns_shrinks(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("series")),
        PrimaryKey(name="PRIMARY", columns=("series", "number")),
        is_known=True,
        becomes=PrimaryKey(name="PRIMARY", columns=("number",)),
    )

    found = words(case)
    assert found.id == "E190"
    assert found == snapshot


def test_join_table_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL,
        JOIN_DROPPED,
        DropTable(table="library_book_tags", joins="library.Book.tags"),
        Constraint(name=""),
        rows=0,
    )

    assert judged(case) is None


def test_relation_retargeted_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL,
        RETARGETED,
        AlterColumn(table="library_book_tags", old=column("tag"), new=column("label")),
        PLACED,
        rows=0,
    )

    assert judged(case) is None
