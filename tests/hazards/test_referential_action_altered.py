"""A foreign key does not have the declared referential action."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import MISDIRECTED, OTHER_ACTION
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import Event
from tests.hazards.cases import POSTGRESQL, a_case, judged, words

BOOK = Event(table="library_book")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_cascade(snapshot: SnapshotAssertion) -> None:
    actual = replace(KEY, name="f", on_delete="CASCADE", on_update="CASCADE")
    case = a_case(
        POSTGRESQL, OTHER_ACTION, BOOK, KEY, becomes=actual, owner="library.Book"
    )

    found = words(case)
    assert found.id == "E706"
    assert found == snapshot


def test_other_target_is_another_hazard() -> None:
    actual = replace(KEY, to_table="auth_user")

    assert judged(a_case(POSTGRESQL, MISDIRECTED, BOOK, KEY, becomes=actual)) == "E705"
