"""A rebuild of the table creates a unique that the table does not have."""

from __future__ import annotations

from django.core import checks

from fkguard.judgement.hazards import named
from fkguard.schema.consequences import RECREATED
from fkguard.schema.constraints import Unique
from fkguard.schema.events import Event
from tests.hazards.cases import SQLITE, a_case, judged, words

BOOK = Event(table="library_book")
PLACE = Unique(name="", columns=("series", "number"))


def test_unique() -> None:
    found = words(a_case(SQLITE, RECREATED, BOOK, PLACE))

    assert found.id == "W402"
    assert "rebuilds library_book" in found.message
    assert "UNIQUE (series, number)" in found.message
    assert "state_operations" in found.instead[-1]


def test_rows_in_the_way_are_another_hazard() -> None:
    case = a_case(SQLITE, RECREATED, BOOK, PLACE, rows=2, sample=("(1, 2): 2 rows",))

    found = words(case)

    assert judged(case) == found.id == "E316"
    assert "rebuilds library_book with UNIQUE (series, number)" in found.message
    assert "2 keys have more than one row" in found.message
    assert "state_operations" in found.instead[-1]


def test_no_mode_refuses_it() -> None:
    hazard = named("W402")

    assert hazard is not None
    assert hazard.level == checks.WARNING
    assert not hazard.refused_in
