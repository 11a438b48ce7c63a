"""A migration removes a foreign key."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import DROPPED, REMOVED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropColumn
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, column, judged, words

KEY = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk_library_author_id",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
    on_delete="CASCADE",
)
FIELD = column(
    "author",
    "author_id",
    references=("library_author", "id"),
    db_constraint=True,
    on_delete_in_django="SET_NULL",
)
REMOVAL = DropColumn(table="library_book", old=FIELD)


def test_field_removed_with_its_foreign_key(snapshot: SnapshotAssertion) -> None:
    case = a_case(POSTGRESQL, REMOVED, REMOVAL, KEY, is_known=True)

    found = words(case)
    assert found.id == "W221"
    assert found == snapshot


def test_foreign_key_without_actions_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        REMOVED,
        DropColumn(table="library_book", old=replace(FIELD, on_delete_in_django="")),
        replace(KEY, on_delete="NO ACTION", name=""),
    )

    found = words(case)
    assert found.id == "W221"
    assert found == snapshot


def test_foreign_key_that_goes_without_a_word_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVAL, KEY)

    assert judged(case) == "E102"
