"""The two columns of a foreign key do not go together."""

from __future__ import annotations

from fkguard.schema.consequences import ENDS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn, Event
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_narrow_column() -> None:
    case = a_case(MYSQL, ENDS, BOOK, KEY, detail="their types differ, int and bigint")

    assert words(case) == Words(
        id="E708",
        message=(
            "library_book.author_id and library_author.id are incompatible: their "
            "types differ, int and bigint."
        ),
        why="MySQL 9.7.0 refuses a foreign key between them.",
        instead=("python manage.py fkguard repair",),
    )


def test_postgresql_makes_it() -> None:
    case = a_case(
        POSTGRESQL, ENDS, BOOK, KEY, becomes=KEY, detail="integer references bigint"
    )

    assert words(case).why == (
        "PostgreSQL enforces the foreign key, but a row cannot reference a key that "
        "does not fit into its column."
    )


def test_widening_by_an_operation_is_another_hazard() -> None:
    wider = AlterColumn(
        table="library_author",
        old=column("id"),
        new=column("id", type="bigint"),
    )

    assert judged(a_case(POSTGRESQL, MISMATCHED, wider, KEY)) == "W203"
