"""A constraint is lost, and no other hazard says how."""

from __future__ import annotations

from fkguard.schema.consequences import (
    CHANGED,
    DROPPED,
    JOIN_DROPPED,
    RETARGETED,
    SHRUNK,
)
from fkguard.schema.constraints import Constraint, ForeignKey, PrimaryKey, Unique
from fkguard.schema.events import (
    AlterColumn,
    DropColumn,
    DropTable,
    RenameTable,
    RunStatement,
)
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, judged, words

PLACED = Unique(name="book_place", columns=("series", "number"))
RUN = RunStatement(table="", sql="ALTER TABLE library_book ...")
RENAMED = RenameTable(table="library_book", to="library_volume")


def test_statement_drops_a_declared_unique() -> None:
    case = a_case(POSTGRESQL, DROPPED, RUN, PLACED, is_known=True)

    assert words(case) == Words(
        id="E190",
        message=(
            "This operation loses UNIQUE book_place (series, number) of library_book."
        ),
        why=(
            "PostgreSQL 15.8 no longer has it after the operation. "
            "The migration state still declares it."
        ),
        instead=(
            "# to keep it, after the operation:",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT '
                '"book_place" UNIQUE ("series", "number")\','
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "book_place"\',',
            "),",
        ),
    )


def test_statement_changes_a_foreign_key() -> None:
    case = a_case(
        MYSQL,
        CHANGED,
        RUN,
        ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
            on_delete="CASCADE",
        ),
        becomes=ForeignKey(
            name="by_hand",
            columns=("author_id",),
            to_table="library_author",
            to_columns=("id",),
        ),
    )

    assert words(case) == Words(
        id="E190",
        message=(
            "This operation turns FOREIGN KEY by_hand (author_id) "
            "of library_book into FOREIGN KEY (author_id) "
            "REFERENCES library_author (id)."
        ),
        why=(
            "MySQL 9.7.0 no longer has it after the operation. The migration state "
            "does not declare it."
        ),
        instead=(
            "# to keep it, after the operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`) ON DELETE CASCADE",'
            ),
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            "),",
        ),
    )


def test_rename_drops_a_unique_that_nobody_knows() -> None:
    case = a_case(MYSQL, DROPPED, RENAMED, PLACED)

    assert words(case) == Words(
        id="E190",
        message=(
            "Renaming library_book to library_volume drops UNIQUE "
            "book_place (series, number)."
        ),
        why=(
            "MySQL 9.7.0 no longer has it after the operation. The migration state "
            "does not declare it."
        ),
        instead=(
            "# to keep it, after the operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD UNIQUE INDEX '
                '`book_place` (`series`, `number`)",'
            ),
            '    "ALTER TABLE `library_book` DROP INDEX `book_place`",',
            "),",
        ),
    )


def test_primary_key_of_several_columns_shrinks() -> None:
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("series")),
        PrimaryKey(name="PRIMARY", columns=("series", "number")),
        is_known=True,
        becomes=PrimaryKey(name="PRIMARY", columns=("number",)),
    )

    assert words(case) == Words(
        id="E190",
        message=(
            "Removing library_book.series shrinks PRIMARY KEY "
            "PRIMARY (series, number) to PRIMARY KEY (number)."
        ),
        why=(
            "MySQL 9.7.0 no longer has it after the operation. The "
            "migration state still declares it."
        ),
        instead=(
            "# to keep it, after the operation:",
            "migrations.RunSQL(",
            ('    "ALTER TABLE `library_book` ADD PRIMARY KEY (`series`, `number`)",'),
            '    "ALTER TABLE `library_book` DROP PRIMARY KEY",',
            "),",
        ),
    )


def test_join_table_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL,
        JOIN_DROPPED,
        DropTable(table="library_book_tags", joins="library.Book.tags"),
        Constraint(name=""),
        rows=0,
    )

    assert judged(case) is None


def test_relation_retargeted_without_rows_loses_nothing() -> None:
    case = a_case(
        POSTGRESQL,
        RETARGETED,
        AlterColumn(table="library_book_tags", old=column("tag"), new=column("label")),
        PLACED,
        rows=0,
    )

    assert judged(case) is None
