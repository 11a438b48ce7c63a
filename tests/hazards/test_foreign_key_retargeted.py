"""A foreign key is changed to reference another table."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import RETARGETED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MARIADB, a_case, column, judged, words

KEY = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk_library_person_id",
    columns=("author_id",),
    to_table="library_person",
    to_columns=("id",),
)
CHANGE = AlterColumn(
    table="library_book",
    old=column("author", "author_id", references=("library_author", "id")),
    new=column("author", "author_id", references=("library_person", "id")),
)


def test_rows_that_nobody_counted(snapshot: SnapshotAssertion) -> None:
    case = a_case(MARIADB, RETARGETED, CHANGE, KEY)

    found = words(case)
    assert found.id == "W224"
    assert found == snapshot


def test_rows_that_were_counted_are_another_hazard() -> None:
    case = a_case(MARIADB, RETARGETED, CHANGE, KEY, rows=2, sample=("(7): 2 rows",))

    assert judged(case) == "E207"
