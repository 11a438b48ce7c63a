"""A declared table or column is missing."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import ABSENT, MISSING
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, a_case, judged, words

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


def test_table(snapshot: SnapshotAssertion) -> None:
    table = Constraint(name="library_book")
    case = a_case(POSTGRESQL, ABSENT, BOOK, table, owner="library.Book")

    found = words(case)
    assert found.id == "E701"
    assert found == snapshot


def test_column(snapshot: SnapshotAssertion) -> None:
    column = Constraint(name="", columns=("title",))
    case = a_case(POSTGRESQL, ABSENT, BOOK, column, owner="library.Book")

    found = words(case)
    assert found.id == "E701"
    assert found == snapshot


def test_constraint_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, MISSING, BOOK, Unique(name="u", columns=("title",)))

    assert judged(case) == "E702"
