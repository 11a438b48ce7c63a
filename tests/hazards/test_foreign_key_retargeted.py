"""A foreign key is changed to reference another table."""

from __future__ import annotations

from fkguard.schema.consequences import RETARGETED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MARIADB, Words, a_case, column, judged, words

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


def test_rows_that_nobody_counted() -> None:
    case = a_case(MARIADB, RETARGETED, CHANGE, KEY)

    assert words(case) == Words(
        id="W224",
        message=(
            "Pointing library_book.author_id at library_person leaves every row with "
            "the key it had in library_author."
        ),
        why=(
            "MariaDB 11.8.3 refuses the new foreign key if library_person lacks one of "
            "the keys. Keys that exist by chance now reference unrelated rows, and "
            "nothing reports it."
        ),
        instead=(
            "# AddField: a second, nullable foreign key, to the other model",
            "# RunPython: look the row of library_person up that each row means",
            "# RemoveField: the first field; RenameField: the second to its name",
        ),
    )


def test_rows_that_were_counted_are_another_hazard() -> None:
    case = a_case(MARIADB, RETARGETED, CHANGE, KEY, rows=2, sample=("(7): 2 rows",))

    assert judged(case) == "E207"
