"""A field gives up its foreign key or its uniqueness."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, GIVEN_UP
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
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


def test_db_constraint_switched_off() -> None:
    case = a_case(POSTGRESQL, GIVEN_UP, LOOSE, KEY)

    assert words(case) == Words(
        id="W205",
        message=(
            "Altering library_book.author_id gives up FOREIGN KEY "
            "book_author_fk (author_id) to library_author.id."
        ),
        why=(
            "With db_constraint=False, the database accepts references to rows that do "
            "not exist, and allows deleting rows that are referenced."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W205", "book_author_fk", reason="..."),',
            "]",
        ),
    )


def test_foreign_key_becomes_a_number() -> None:
    case = a_case(MYSQL, GIVEN_UP, NUMBER, KEY)

    assert words(case) == Words(
        id="W205",
        message=(
            "Altering library_book.author_id gives up FOREIGN KEY "
            "book_author_fk (author_id) to library_author.id, with "
            "Django's on_delete=CASCADE."
        ),
        why=(
            "The column remains as a plain column: it accepts any value, and Django no "
            "longer follows it when a referenced row is deleted."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W205", "book_author_fk", reason="..."),',
            "]",
        ),
    )


def test_action_of_the_database() -> None:
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

    assert words(case) == Words(
        id="W205",
        message=(
            "Altering library_book.author_id gives up FOREIGN KEY "
            "by_hand (author_id) to library_author.id, with ON "
            "DELETE SET NULL and ON UPDATE CASCADE."
        ),
        why=(
            "With db_constraint=False, the database accepts references to rows that do "
            "not exist, and allows deleting rows that are referenced."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W205", "by_hand", reason="..."),',
            "]",
        ),
    )


def test_unique_of_a_one_to_one_field() -> None:
    case = a_case(SQLITE, GIVEN_UP, LOOSE, Unique(name="", columns=("author_id",)))

    assert words(case) == Words(
        id="W205",
        message="Altering library_book.author_id gives up UNIQUE (author_id).",
        why=(
            "A one-to-one field makes its column unique; a foreign key does not. From "
            "then on, several rows may reference the same row."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W205", "library_book(author_id)", reason="..."),',
            "]",
        ),
    )


def test_second_foreign_key_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, LOOSE, KEY)

    assert judged(case) == "E201"
