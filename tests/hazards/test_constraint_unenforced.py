"""A constraint exists but is not enforced."""

from __future__ import annotations

from fkguard.schema.consequences import MISSING, UNENFORCED
from fkguard.schema.constraints import Check, Constraint
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, judged, words

BOOK = Event(table="library_book")
PAGES = Check(name="pages", columns=("pages",), expression="pages >= 0")


def test_not_enforced() -> None:
    case = a_case(POSTGRESQL, UNENFORCED, BOOK, PAGES, detail="it is NOT ENFORCED")

    assert words(case) == Words(
        id="E704",
        message=(
            "CHECK pages (pages) of library_book is not enforced: it is NOT ENFORCED."
        ),
        why="The catalogue contains the constraint, but rows may violate it.",
        instead=("python manage.py fkguard repair",),
    )


def test_session() -> None:
    case = a_case(
        MYSQL,
        UNENFORCED,
        Event(table=""),
        Constraint(name="foreign_key_checks"),
        table="",
        detail="foreign_key_checks is off",
    )

    assert words(case) == Words(
        id="E704",
        message="This database enforces no foreign key: foreign_key_checks is off.",
        why="The catalogue contains the constraint, but rows may violate it.",
        instead=(
            "# Remove it from OPTIONS in DATABASES, or from the server's",
            "# configuration; rows written in the meantime were not checked.",
        ),
    )


def test_missing_check_is_another_hazard() -> None:
    assert judged(a_case(POSTGRESQL, MISSING, BOOK, PAGES)) == "E702"
