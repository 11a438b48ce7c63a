"""A foreign key references another table than is declared."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.consequences import MISDIRECTED, MISSING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import MARIADB, Words, a_case, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_other_table() -> None:
    actual = replace(KEY, name="f", to_table="auth_user")
    case = a_case(MARIADB, MISDIRECTED, BOOK, KEY, becomes=actual, owner="library.Book")

    assert words(case) == Words(
        id="E705",
        message=(
            "library_book.author_id references auth_user (id) where library.Book "
            "declares library_author (id)."
        ),
        why=(
            "Rows are checked against the wrong table: valid rows are refused, and "
            "invalid rows are accepted. A common cause is a change of AUTH_USER_MODEL "
            "in an existing project."
        ),
        instead=("python manage.py fkguard repair",),
    )


def test_missing_foreign_key_is_another_hazard() -> None:
    assert judged(a_case(MARIADB, MISSING, BOOK, KEY)) == "E702"
