"""A table is dropped that a foreign key references, on SQLite."""

from __future__ import annotations

from fkguard.schema.consequences import DANGLING
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropColumn, DropTable
from tests.hazards.cases import MARIADB, SQLITE, Words, a_case, column, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_foreign_key_of_a_model() -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        DELETED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E110",
        message=(
            "Dropping library_author leaves FOREIGN KEY (author_id) "
            "of library_loan without the table it references."
        ),
        why=(
            "Django's schema editor turns foreign key checks off on SQLite 3.40.1, "
            'so the table is dropped. The next INSERT into library_loan says "no '
            "such table: "
            'library_author".'
        ),
        instead=(
            (
                'migrations.RemoveField(model_name="Loan", name="author"),  '
                "# or AlterField, to another model"
            ),
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_foreign_key_of_a_table_elsewhere() -> None:
    case = a_case(SQLITE, DANGLING, DELETED, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E110",
        message=(
            "Dropping library_author leaves FOREIGN KEY (author_id) "
            "of legacy without the table it references."
        ),
        why=(
            "Django's schema editor turns foreign key checks off on SQLite 3.40.1, "
            'so the table is dropped. The next INSERT into legacy says "no such '
            'table: library_author".'
        ),
        instead=(
            (
                "# Drop FOREIGN KEY (author_id) of legacy: it is a part of CREATE "
                "TABLE, so the table has to be rebuilt."
            ),
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_other_database_is_another_hazard() -> None:
    case = a_case(MARIADB, DANGLING, DELETED, KEY, table="legacy")

    assert judged(case) == "E109"


def test_dropped_column_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        DropColumn(table="library_author", old=column("id", primary_key=True)),
        KEY,
        table="legacy",
    )

    assert judged(case) == "E107"
