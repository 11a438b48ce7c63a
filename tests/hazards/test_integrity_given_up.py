"""A field gives up its foreign key or its uniqueness."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, GIVEN_UP
from fkguard.schema.constraints import ForeignKey, Unique
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

FIELD = column(
    "author",
    "author_id",
    references=("library_author", "id"),
    db_constraint=True,
    on_delete_in_django="CASCADE",
)
LOOSE = AlterColumn(
    table="library_book",
    old=FIELD,
    new=column(
        "author",
        "author_id",
        references=("library_author", "id"),
        on_delete_in_django="CASCADE",
    ),
)
NUMBER = AlterColumn(table="library_book", old=FIELD, new=column("author", "author_id"))
KEY = ForeignKey(
    name="book_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_db_constraint_switched_off(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, GIVEN_UP, LOOSE, KEY)

    found = words(case)
    assert found.id == "W205"
    assert found == snapshot


def test_foreign_key_becomes_a_number(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, GIVEN_UP, NUMBER, KEY)

    found = words(case)
    assert found.id == "W205"
    assert found == snapshot


def test_action_of_the_database(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MARIADB,
        GIVEN_UP,
        LOOSE,
        ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
            on_delete="SET NULL",
            on_update="CASCADE",
        ),
    )

    found = words(case)
    assert found.id == "W205"
    assert found == snapshot


def test_unique_of_a_one_to_one_field(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, GIVEN_UP, LOOSE, Unique(name="", columns=("author_id",)))

    found = words(case)
    assert found.id == "W205"
    assert found == snapshot


def test_second_foreign_key_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, LOOSE, KEY)

    assert judged(case) == "E201"
