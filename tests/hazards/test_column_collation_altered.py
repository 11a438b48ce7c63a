"""A column does not have the declared collation."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import COLLATION, ENDS
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import MYSQL, a_case, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_collation(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL,
        COLLATION,
        BOOK,
        Constraint(name="", columns=("title",)),
        detail="utf8mb4_bin is declared, utf8mb4_general_ci",
    )

    found = words(case)
    assert found.id == "E709"
    assert found == snapshot


def test_collations_of_two_ends_are_another_hazard() -> None:
    assert judged(a_case(MYSQL, ENDS, BOOK, KEY)) == "E708"
