"""A migration removes a unique constraint."""

from __future__ import annotations

from fkguard.schema.consequences import REMOVED, SHRUNK
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, judged, words

PLACE = Unique(name="book_place", columns=("shelf", "number"))
ISBN = Unique(name="library_book_isbn_1a2b3c4d_uniq", columns=("isbn",))
REMOVAL = RemoveConstraint(table="library_book", constraint=PLACE)


def test_constraint_removed() -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, PLACE)

    assert words(case) == Words(
        id="W222",
        message=(
            "Removing UNIQUE book_place (shelf, number) from library_book lets rows "
            "repeat (shelf, number)."
        ),
        why=(
            "The migration removes it explicitly, and declares no replacement. Code "
            "that expects a single row, such as get() and update_or_create(), fails at "
            "the first duplicate, and the constraint cannot be added again while "
            "there are duplicates."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("W222", "book_place", reason="..."),',
            "]",
        ),
    )


def test_field_not_unique_any_more() -> None:
    case = a_case(
        MYSQL,
        REMOVED,
        AlterColumn(
            table="library_book",
            old=column("isbn", unique=True),
            new=column("isbn"),
        ),
        ISBN,
    )

    assert words(case) == Words(
        id="W222",
        message=(
            "Altering library_book.isbn drops UNIQUE library_book_isbn_1a2b3c4d_uniq "
            "(isbn) and lets rows repeat (isbn)."
        ),
        why=(
            "The migration removes it explicitly, and declares no replacement. Code "
            "that expects a single row, such as get() and update_or_create(), fails at "
            "the first duplicate, and the constraint cannot be added again while "
            "there are duplicates."
        ),
        instead=(
            "fkguard_acknowledged = [",
            (
                '    acknowledge("W222", "library_book_isbn_1a2b3c4d_uniq", '
                'reason="..."),'
            ),
            "]",
        ),
    )


def test_unique_that_shrinks_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("shelf")),
        PLACE,
        becomes=Unique(name="book_place", columns=("number",)),
        is_known=True,
    )

    assert judged(case) == "E101"
