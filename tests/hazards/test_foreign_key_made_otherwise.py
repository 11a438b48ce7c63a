"""An alteration recreates a foreign key with a different definition."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import CHANGED, DROPPED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
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

ALTERED = AlterColumn(
    table="library_book",
    old=column(
        "author", "author_id", references=("library_author", "id"), db_constraint=True
    ),
    new=column(
        "author",
        "author_id",
        references=("library_author", "id"),
        db_constraint=True,
        null=True,
    ),
)
RETYPED = AlterColumn(
    table="library_author",
    old=column("id", unique=True),
    new=column("id", type="bigint", unique=True),
)
CASCADING = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
    on_delete="CASCADE",
)
PLAIN = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
SECOND = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_person",
    to_columns=("id",),
)


def test_action_of_the_altered_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, CHANGED, ALTERED, CASCADING, becomes=PLAIN)

    found = words(case)
    assert found.id == "E201"
    assert found == snapshot


def test_action_of_a_referencing_table(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        CHANGED,
        RETYPED,
        CASCADING,
        becomes=PLAIN,
        model="Author",
        owner="library.Book",
    )

    found = words(case)
    assert found.id == "E201"
    assert found == snapshot


def test_action_on_update(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        CHANGED,
        ALTERED,
        ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
            on_update="CASCADE",
        ),
        becomes=PLAIN,
    )

    found = words(case)
    assert found.id == "E201"
    assert found == snapshot


def test_second_foreign_key(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, DROPPED, ALTERED, SECOND)

    found = words(case)
    assert found.id == "E201"
    assert found == snapshot


def test_renamed_column(snapshot: SnapshotAssertion) -> None:
    """The foreign key is made again over the new name."""
    case = a_case(
        POSTGRESQL,
        CHANGED,
        AlterColumn(
            table="library_book", old=ALTERED.old, new=column("writer", "writer_id")
        ),
        CASCADING,
        becomes=PLAIN,
    )

    found = words(case)
    assert found.id == "E201"
    assert found == snapshot


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, CHANGED, ALTERED, CASCADING, becomes=PLAIN)

    assert judged(case) == "E401"


def test_foreign_key_of_a_referencing_table_is_another_hazard() -> None:
    case = a_case(MYSQL, DROPPED, RETYPED, PLAIN, model="Author")

    assert judged(case) == "E202"
