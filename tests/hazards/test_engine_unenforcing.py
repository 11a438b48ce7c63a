"""The engine of a table enforces no foreign key."""

from __future__ import annotations

from fkguard.schema.consequences import ENGINE, MISSING
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, Words, a_case, judged, words

BOOK = Event(table="library_book")


def test_myisam() -> None:
    table = Constraint(name="library_book")
    case = a_case(MYSQL, ENGINE, BOOK, table, detail="MyISAM")

    assert case.names == ("library_book", "library_book()")
    assert words(case) == Words(
        id="E707",
        message="library_book has the engine MyISAM.",
        why=(
            "MySQL 9.7.0 accepts a FOREIGN KEY of such a table and ignores it, and no "
            "table can reference it. Its rows are not rolled back."
        ),
        instead=("python manage.py fkguard repair",),
    )


def test_missing_unique_is_another_hazard() -> None:
    case = a_case(MYSQL, MISSING, BOOK, Unique(name="", columns=("title",)))

    assert judged(case) == "E702"
