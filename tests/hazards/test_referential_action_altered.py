"""A foreign key does not have the declared referential action."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.consequences import MISDIRECTED, OTHER_ACTION
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, Words, a_case, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_cascade() -> None:
    actual = replace(KEY, name="f", on_delete="CASCADE", on_update="CASCADE")
    case = a_case(
        POSTGRESQL, OTHER_ACTION, BOOK, KEY, becomes=actual, owner="library.Book"
    )

    assert words(case) == Words(
        id="E706",
        message=(
            "FOREIGN KEY f (author_id) of library_book has ON DELETE CASCADE ON UPDATE "
            "CASCADE where library.Book declares ON DELETE NO ACTION."
        ),
        why=(
            "The database deletes or changes rows without Django, or does not do so "
            "although the declaration requires it."
        ),
        instead=("python manage.py fkguard repair",),
    )


def test_other_target_is_another_hazard() -> None:
    actual = replace(KEY, to_table="auth_user")

    assert judged(a_case(POSTGRESQL, MISDIRECTED, BOOK, KEY, becomes=actual)) == "E705"
