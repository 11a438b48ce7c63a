"""A migration removes a foreign key."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.consequences import DROPPED, REMOVED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropColumn
from tests.hazards.cases import POSTGRESQL, SQLITE, Words, a_case, column, judged, words

KEY = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk_library_author_id",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
    on_delete="CASCADE",
)
FIELD = column(
    "author",
    "author_id",
    references=("library_author", "id"),
    db_constraint=True,
    on_delete_in_django="SET_NULL",
)
REMOVAL = DropColumn(table="library_book", old=FIELD)


def test_field_removed_with_its_foreign_key() -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, KEY, is_known=True)

    assert words(case) == Words(
        id="W221",
        message=(
            "Removing library_book.author_id drops FOREIGN KEY "
            "library_book_author_id_1a2b3c4d_fk_library_author_id (author_id) to "
            "library_author.id, with ON DELETE CASCADE and Django's "
            "on_delete=SET_NULL."
        ),
        why=(
            "The migration removes it explicitly. From then on, nothing happens to the "
            "rows of "
            "library_book when a row of library_author is deleted."
        ),
        instead=(
            "fkguard_acknowledged = [",
            (
                '    acknowledge("W221", '
                '"library_book_author_id_1a2b3c4d_fk_library_author_id", '
                'reason="..."),'
            ),
            "]",
        ),
    )


def test_foreign_key_without_actions_on_sqlite() -> None:
    case = a_case(
        SQLITE,
        REMOVED,
        DropColumn(table="library_book", old=replace(FIELD, on_delete_in_django="")),
        replace(KEY, on_delete="NO ACTION", name=""),
    )

    assert words(case) == Words(
        id="W221",
        message=(
            "Removing library_book.author_id drops FOREIGN KEY (author_id) to "
            "library_author.id."
        ),
        why=(
            "The migration removes it explicitly. From then on, nothing happens to the "
            "rows of "
            "library_book when a row of library_author is deleted."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W221", "library_book(author_id)", reason="..."),',
            "]",
        ),
    )


def test_foreign_key_that_goes_without_a_word_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVAL, KEY)

    assert judged(case) == "E102"
