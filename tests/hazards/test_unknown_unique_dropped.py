"""A removed column is used by a constraint that no migration declares."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, FAILS, SHRUNK
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import DropColumn
from tests.hazards.cases import (
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
    a_case,
    column,
    judged,
    words,
)

REMOVED = DropColumn(table="library_book", old=column("series"))
BY_HAND = Unique(name="by_hand", columns=("series", "number"))
INDEX = Unique(name="by_hand", columns=("series", "number"), is_index=True)
COMPOSITE = ForeignKey(
    name="by_hand",
    columns=("series", "number"),
    to_table="place",
    to_columns=("series", "number"),
)


def test_unique_that_postgresql_drops() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, BY_HAND)

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.series drops UNIQUE by_hand "
            "(series, number), which the migration state does not declare."
        ),
        why=(
            "It was created manually or with SQL. PostgreSQL 15.8 silently drops it "
            "with the column."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                'UNIQUE ("series", "number")\','
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="series"),',
        ),
    )


def test_unique_that_mysql_shrinks_under_a_foreign_key() -> None:
    """The foreign key of the other column gets an index of its own first."""
    case = a_case(
        MYSQL,
        SHRUNK,
        DropColumn(table="library_book", old=column("number")),
        BY_HAND,
        becomes=Unique(name="by_hand", columns=("series",)),
        others=(
            ForeignKey(
                name="series_fk",
                columns=("series",),
                to_table="library_series",
                to_columns=("id",),
            ),
        ),
    )

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.number shrinks UNIQUE by_hand "
            "(series, number) to UNIQUE (series), which the migration state does not "
            "declare."
        ),
        why=(
            "It was created manually or with SQL. MySQL 9.7.0 silently removes the "
            "column from the key."
        ),
        instead=(
            "migrations.RunSQL(",
            ('    "ALTER TABLE `library_book` ADD INDEX `by_hand_fk` (`series`)",'),
            "),",
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP INDEX `by_hand`",',
            (
                '    "ALTER TABLE `library_book` ADD UNIQUE INDEX `by_hand` '
                '(`series`, `number`)",'
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="number"),',
        ),
    )


def test_foreign_key_that_mysql_refuses_to_break() -> None:
    case = a_case(MYSQL, FAILS, REMOVED, COMPOSITE, error="1828")

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.series fails because of FOREIGN "
            "KEY by_hand (series, number), which the migration state does not declare."
        ),
        why=(
            "It was created manually or with SQL. MySQL 9.7.0 refuses "
            "with error 1828, and cannot roll back the earlier operations of the "
            "migration."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`series`, `number`) REFERENCES `place` "
                '(`series`, `number`)",'
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="series"),',
        ),
    )


def test_unique_index_that_sqlite_refuses_to_break() -> None:
    case = a_case(SQLITE, FAILS, REMOVED, INDEX, error="no such column")

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.series fails because of UNIQUE "
            "by_hand (series, number), which the migration state does not declare."
        ),
        why=(
            "It was created manually or with SQL. SQLite 3.40.1 refuses "
            '("no such column"); only an atomic migration is rolled '
            "back."
        ),
        instead=(
            "migrations.RunSQL(",
            "    'DROP INDEX \"by_hand\"',",
            (
                '    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" '
                '("series", "number")\','
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="series"),',
        ),
    )


def test_unique_inside_the_table_on_sqlite() -> None:
    case = a_case(
        SQLITE,
        FAILS,
        REMOVED,
        Unique(name="", columns=("series", "number"), is_inline=True),
        error="no such column",
    )

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.series fails because of UNIQUE "
            "(series, number), which the migration state does not declare."
        ),
        why=(
            "It was created manually or with SQL. SQLite 3.40.1 refuses "
            '("no such column"); only an atomic migration is rolled '
            "back."
        ),
        instead=(
            (
                "# Drop UNIQUE (series, number): it is a part of CREATE "
                "TABLE, so the table has to be rebuilt."
            ),
            'migrations.RemoveField(model_name="Book", name="series"),',
        ),
    )


def test_table_without_a_model() -> None:
    case = a_case(MYSQL, FAILS, REMOVED, COMPOSITE, error="1828", model="")

    assert words(case) == Words(
        id="E102",
        message=(
            "Removing library_book.series fails because of FOREIGN "
            "KEY by_hand (series, number), which the migration state does not declare."
        ),
        why=(
            "It was created manually or with SQL. MySQL 9.7.0 refuses "
            "with error 1828, and cannot roll back the earlier operations of the "
            "migration."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`series`, `number`) REFERENCES `place` "
                '(`series`, `number`)",'
            ),
            "),",
            ('migrations.RunSQL("ALTER TABLE `library_book` DROP COLUMN `series`"),'),
        ),
    )


def test_unique_that_the_state_knows_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, BY_HAND, is_known=True)

    assert judged(case) == "E101"


def test_foreign_key_that_references_the_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        ForeignKey(
            name="by_hand",
            columns=("series",),
            to_table="library_book",
            to_columns=("series",),
        ),
        table="legacy",
    )

    assert judged(case) == "E106"
