"""A declared table or column is missing."""

from __future__ import annotations

from fkguard.schema.consequences import ABSENT, MISSING
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, Words, a_case, judged, words

BOOK = Event(table="library_book")
WHY = (
    "The migration that creates it is recorded as applied: it was faked, the schema "
    "was restored from another database, it was dropped manually, or a later migration "
    "failed halfway."
)
INSTEAD = (
    "# Restore it from a backup, or create it with the statements of",
    "# python manage.py sqlmigrate, before fkguard repair.",
)


def test_table() -> None:
    table = Constraint(name="library_book")
    case = a_case(POSTGRESQL, ABSENT, BOOK, table, owner="library.Book")

    assert words(case) == Words(
        id="E701",
        message="The table library_book is missing, which library.Book declares.",
        why=WHY,
        instead=INSTEAD,
    )


def test_column() -> None:
    column = Constraint(name="", columns=("title",))
    case = a_case(POSTGRESQL, ABSENT, BOOK, column, owner="library.Book")

    assert words(case) == Words(
        id="E701",
        message="library_book has no column title, which library.Book declares.",
        why=WHY,
        instead=INSTEAD,
    )


def test_constraint_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, MISSING, BOOK, Unique(name="u", columns=("title",)))

    assert judged(case) == "E702"
