"""A constraint or index is to be made under a name that is taken."""

from __future__ import annotations

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import ForeignKey, Index, Unique
from fkguard.schema.events import AddConstraint, CreateTable, DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, SQLITE, Words, a_case, judged, words

CREATED = CreateTable(table="library_book", after=Table(name="library_book"))
KEY = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk_library_author_id",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
INDEX = Index(name="library_book_author_id_1a2b3c4d", columns=("author_id",))
UNIQUE = Unique(name="titles", columns=("title",), is_index=True)


def test_foreign_key_on_mysql() -> None:
    case = a_case(
        MYSQL, FAILS, CREATED, KEY, table="library_volume", becomes=KEY, error="1826"
    )

    assert words(case) == Words(
        id="E209",
        message=(
            "Creating library_book fails: FOREIGN KEY "
            "library_book_author_id_1a2b3c4d_fk_library_author_id "
            "of library_volume has the name that FOREIGN KEY "
            "(author_id) needs."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1826, and cannot roll back the earlier "
            "operations of the migration. A renamed table keeps the names of its "
            "constraints and indexes, and Django generates the same names for a new "
            "table with the old name."
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_volume` DROP FOREIGN KEY '
                "`library_book_author_id_1a2b3c4d_fk_library_author_id`, "
                "ADD CONSTRAINT "
                "`library_book_author_id_1a2b3c4d_fk_library_author_id_old` "
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
        ),
    )


def test_index_on_postgresql() -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        CREATED,
        INDEX,
        table="library_volume",
        becomes=INDEX,
        error="already exists",
    )

    assert words(case) == Words(
        id="E209",
        message=(
            "Creating library_book fails: INDEX "
            "library_book_author_id_1a2b3c4d of library_volume has "
            "the name that INDEX (author_id) needs."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("already exists"); only an '
            "atomic migration is rolled back. A renamed table keeps the names of its "
            "constraints and indexes, and Django generates the same names for a new "
            "table with the old name."
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'ALTER INDEX "library_book_author_id_1a2b3c4d" RENAME '
                'TO "library_volume_library_book_author_id_1a2b3c4d"\','
            ),
            "),",
        ),
    )


def test_unique_added_on_sqlite() -> None:
    case = a_case(
        SQLITE,
        FAILS,
        AddConstraint(table="library_book", constraint=UNIQUE),
        UNIQUE,
        table="library_volume",
        becomes=UNIQUE,
        error="already exists",
    )

    assert words(case) == Words(
        id="E209",
        message=(
            "Adding UNIQUE titles (title) to library_book fails: "
            "UNIQUE titles of library_volume has the name that "
            "UNIQUE (title) needs."
        ),
        why=(
            'SQLite 3.40.1 refuses ("already exists"); only an '
            "atomic migration is rolled back. A renamed table keeps the names of its "
            "constraints and indexes, and Django generates the same names for a new "
            "table with the old name."
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'DROP INDEX "titles"; CREATE UNIQUE INDEX '
                '"library_volume_titles" ON "library_volume" ("title")\','
            ),
            "),",
        ),
    )


def test_failure_without_a_name_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        DropTable(table="library_author"),
        KEY,
        table="library_volume",
        error="3730",
    )

    assert judged(case) == "E109"
