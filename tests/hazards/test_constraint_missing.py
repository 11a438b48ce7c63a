"""A declared constraint is missing."""

from __future__ import annotations

from fkguard.schema.consequences import DIFFERS, MISSING
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, Words, a_case, judged, words

BOOK = Event(table="library_book")
TITLES = Unique(name="titles", columns=("title",))


def test_unique() -> None:
    case = a_case(MYSQL, MISSING, BOOK, TITLES, owner="library.Book")

    assert words(case) == Words(
        id="E702",
        message="library_book lacks UNIQUE (title), which library.Book declares.",
        why="Rows that violate it are accepted, and nothing reports it.",
        instead=("python manage.py fkguard repair",),
    )


def test_foreign_key() -> None:
    key = ForeignKey(
        name="",
        columns=("author_id",),
        to_table="library_author",
        to_columns=("id",),
    )
    case = a_case(MYSQL, MISSING, BOOK, key, owner="library.Book")

    assert words(case) == Words(
        id="E702",
        message=(
            "library_book lacks FOREIGN KEY (author_id) REFERENCES library_author "
            "(id), which library.Book declares."
        ),
        why="Rows may reference rows that do not exist, and nothing reports it.",
        instead=("python manage.py fkguard repair",),
    )


def test_one_that_is_there_and_differs_is_another_hazard() -> None:
    case = a_case(MYSQL, DIFFERS, BOOK, TITLES, becomes=TITLES)

    assert judged(case) == "E703"
