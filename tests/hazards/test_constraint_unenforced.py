"""A constraint exists but is not enforced."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import MISSING, UNENFORCED
from fkguard.schema.constraints import Check, Constraint
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, judged, words

BOOK = Event(table="library_book")
PAGES = Check(name="pages", columns=("pages",), expression="pages >= 0")


def test_not_enforced(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, UNENFORCED, BOOK, PAGES, detail="it is NOT ENFORCED")

    found = words(case)
    assert found.id == "E704"
    assert found == snapshot


def test_session(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        UNENFORCED,
        Event(table=""),
        Constraint(name="foreign_key_checks"),
        table="",
        detail="foreign_key_checks is off",
    )

    found = words(case)
    assert found.id == "E704"
    assert found == snapshot


def test_missing_check_is_another_hazard() -> None:
    assert judged(a_case(POSTGRESQL, MISSING, BOOK, PAGES)) == "E702"
