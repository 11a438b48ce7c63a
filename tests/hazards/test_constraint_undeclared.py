"""The database has a constraint that no migration or model declares."""

from __future__ import annotations

from django.core import checks
from syrupy.assertion import SnapshotAssertion

from fkguard.judgement.hazards import named
from fkguard.schema.consequences import EXTRA, MISSING
from fkguard.schema.constraints import Unique
from fkguard.schema.events import Event
from tests.hazards.cases import SQLITE, a_case, judged, words

BOOK = Event(table="library_book")
EXTRA_UNIQUE = Unique(name="by_hand", columns=("isbn",), is_index=True)


def test_unique(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, EXTRA, BOOK, EXTRA_UNIQUE)

    found = words(case)
    assert found.id == "W710"
    assert found == snapshot


def test_it_is_a_warning() -> None:
    hazard = named("W710")

    assert hazard is not None
    assert hazard.level == checks.WARNING


def test_missing_unique_is_another_hazard() -> None:
    assert judged(a_case(SQLITE, MISSING, BOOK, EXTRA_UNIQUE)) == "E702"
