"""A constraint is to be made under a name that is too long."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import ALIKE, FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddConstraint
from fkguard.schema.identifiers import shortened
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, judged, words

LONG = Unique(name="n" * 65, columns=("series", "number"))


def test_unique_on_mysql(snapshot: SnapshotAssertion) -> None:
    event = AddConstraint(table="library_book", constraint=LONG)

    found = words(a_case(MYSQL, FAILS, event, LONG, error="1059"))
    assert found.id == "E315"
    assert found == snapshot


def test_names_that_are_cut_alike_on_postgresql() -> None:
    event = AddConstraint(table="library_book", constraint=LONG)
    case = a_case(POSTGRESQL, FAILS, event, LONG, error="already exists", detail=ALIKE)

    found = words(case)

    assert found.id == "E315"
    assert found.message == (
        f"Adding UNIQUE {LONG.name} (series, number) to library_book fails: another "
        f"constraint of the table has the name {'n' * 63}, which is what the server "
        f"keeps of {LONG.name}."
    )
    assert found.why == (
        'PostgreSQL 15.8 refuses ("already exists"); only an atomic migration is '
        "rolled back. It cuts names behind 63 bytes; Django shortens the names that it "
        "makes up, and no other."
    )


def test_twins_get_different_names() -> None:
    names = {shortened(f"{'n' * 70}_{end}", 63) for end in ("first", "second")}

    assert len(names) == 2
    assert {len(each) for each in names} == {63}


def test_name_that_is_taken_is_another_hazard() -> None:
    event = AddConstraint(table="library_book", constraint=LONG)
    case = a_case(MYSQL, FAILS, event, LONG, becomes=LONG, error="1826")

    assert judged(case) == "E209"
