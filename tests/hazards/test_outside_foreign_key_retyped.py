"""A column referenced by an undeclared foreign key changes its type."""

from __future__ import annotations

from fkguard.schema.consequences import FAILS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    Words,
    a_case,
    column,
    judged,
    words,
)

ALTERED = AlterColumn(
    table="library_book",
    old=column(
        "author", "author_id", references=("library_author", "id"), db_constraint=True
    ),
    new=column(
        "author",
        "author_id",
        references=("library_author", "id"),
        db_constraint=True,
        null=True,
    ),
)
RETYPED = AlterColumn(
    table="library_author",
    old=column("id", unique=True),
    new=column("id", type="bigint", unique=True),
)
BY_HAND = ForeignKey(
    name="by_hand",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_referenced_column_on_mysql() -> None:
    case = a_case(
        MYSQL, FAILS, RETYPED, BY_HAND, table="legacy", model="Author", error="3780"
    )

    assert words(case) == Words(
        id="E203",
        message=(
            "Altering library_author.id to bigint fails because of "
            "FOREIGN KEY by_hand (author_id) of legacy."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3780, and cannot roll back the earlier "
            "operations of the migration. Django only drops and recreates the foreign "
            "keys that the state declares."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `by_hand`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `by_hand` FOREIGN '
                'KEY (`author_id`) REFERENCES `library_author` (`id`)",'
            ),
            "),",
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            "# RunSQL: give legacy.author_id the same type",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `by_hand` FOREIGN '
                'KEY (`author_id`) REFERENCES `library_author` (`id`)",'
            ),
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `by_hand`",',
            "),",
        ),
    )


def test_referencing_column_on_mariadb() -> None:
    case = a_case(
        MARIADB,
        FAILS,
        AlterColumn(
            table="library_book",
            old=column("author_id"),
            new=column("author_id", type="bigint"),
        ),
        BY_HAND,
        error="1833",
    )

    assert words(case) == Words(
        id="E203",
        message=(
            "Altering library_book.author_id to bigint fails "
            "because of FOREIGN KEY by_hand (author_id)."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1833, and cannot roll back the earlier "
            "operations of the migration. Django only drops and recreates the foreign "
            "keys that the state declares."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            ('migrations.AlterField(model_name="Book", name="author_id", field=...),'),
            "# RunSQL: give library_author.id the same type",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            '    "ALTER TABLE `library_book` DROP FOREIGN KEY `by_hand`",',
            "),",
        ),
    )


def test_column_that_stops_being_unique_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        AlterColumn(
            table="library_author", old=column("id", unique=True), new=column("id")
        ),
        BY_HAND,
        table="legacy",
        error="1553",
    )

    assert judged(case) == "E206"


def test_narrow_column_on_postgresql_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, MISMATCHED, RETYPED, BY_HAND, table="legacy")

    assert judged(case) == "W203"
