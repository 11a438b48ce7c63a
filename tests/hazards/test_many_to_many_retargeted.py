"""A relation is changed to another model while it has rows."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import JOIN_DROPPED, RETARGETED
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import AlterColumn, DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, column, judged, words

TAGS = DropTable(table="library_book_tags", joins="library.Book.tags")
RELABELLED = AlterColumn(
    table="library_book_tags",
    old=column("tag", "tag_id"),
    new=column("label", "label_id"),
)
LABEL = ForeignKey(
    name="label_fk", columns=("label_id",), to_table="library_label", to_columns=("id",)
)
NOTHING = Constraint(name="")


def test_join_table_with_rows(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags", rows=3
    )

    found = words(case)
    assert found.id == "E207"
    assert found == snapshot


def test_row_without_counterpart_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        RETARGETED,
        RELABELLED,
        LABEL,
        table="library_book_tags",
        rows=1,
        sample=("7",),
    )

    found = words(case)
    assert found.id == "E207"
    assert found == snapshot


def test_rows_without_counterpart_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        RETARGETED,
        RELABELLED,
        LABEL,
        table="library_book_tags",
        rows=2,
        sample=("7", "8"),
    )

    found = words(case)
    assert found.id == "E207"
    assert found == snapshot


def test_relation_without_rows_loses_nothing() -> None:
    case = a_case(
        MYSQL, RETARGETED, RELABELLED, LABEL, table="library_book_tags", rows=0
    )

    assert judged(case) is None


def test_relation_whose_rows_were_not_counted_is_another_hazard() -> None:
    case = a_case(MYSQL, RETARGETED, RELABELLED, LABEL, table="library_book_tags")

    assert judged(case) == "W224"


def test_join_table_whose_rows_were_not_counted() -> None:
    case = a_case(POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags")

    assert words(case).message == (
        "Removing and adding library.Book.tags drops the join table library_book_tags "
        "and all its rows."
    )


def test_join_table_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL, JOIN_DROPPED, TAGS, NOTHING, table="library_book_tags", rows=0
    )

    assert judged(case) is None
