"""A foreign key references another table than is declared."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import MISDIRECTED, MISSING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import MARIADB, a_case, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_other_table(snapshot: SnapshotAssertion) -> None:
    actual = replace(KEY, name="f", to_table="auth_user")
    case = a_case(MARIADB, MISDIRECTED, BOOK, KEY, becomes=actual, owner="library.Book")

    found = words(case)
    assert found.id == "E705"
    assert found == snapshot


def test_missing_foreign_key_is_another_hazard() -> None:
    assert judged(a_case(MARIADB, MISSING, BOOK, KEY)) == "E702"
