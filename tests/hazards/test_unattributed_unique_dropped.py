"""A field stops being unique, and another unique goes too."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import (
    MARIADB,
    MYSQL,
    POSTGRESQL,
    SQLITE,
    Words,
    a_case,
    column,
    judged,
    words,
)

PLAIN = AlterColumn(
    table="library_book", old=column("code", unique=True), new=column("code")
)
BY_HAND = Unique(name="by_hand", columns=("code",))
INDEX = Unique(name="by_hand", columns=("code",), is_index=True)


def test_second_unique_on_mysql() -> None:
    case = a_case(MYSQL, DROPPED, PLAIN, BY_HAND)

    assert words(case) == Words(
        id="E204",
        message=(
            "Altering library_book.code drops UNIQUE by_hand "
            "(code), which does not belong to the field."
        ),
        why=(
            "When a field is no longer unique or indexed, Django drops every unique "
            "constraint or index of this single column, except those that the model's "
            "Meta names."
        ),
        instead=(
            "# to drop it, before the alteration:",
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP INDEX `by_hand`",',
            ('    "ALTER TABLE `library_book` ADD UNIQUE INDEX `by_hand` (`code`)",'),
            "),",
            "# to keep it, after the alteration:",
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["code"], '
                'name="by_hand"),'
            ),
            "),",
        ),
    )


def test_unique_index_that_django_takes_for_a_constraint() -> None:
    case = a_case(POSTGRESQL, FAILS, PLAIN, INDEX, error="does not exist")

    assert words(case) == Words(
        id="E204",
        message=(
            "Altering library_book.code fails because of UNIQUE "
            "by_hand (code), which does not belong to the field."
        ),
        why=(
            "Django drops every unique constraint of the column with DROP CONSTRAINT, "
            "but this one is only an index. PostgreSQL "
            '15.8 refuses ("does not exist"); only an atomic '
            "migration is rolled back."
        ),
        instead=(
            "migrations.RunSQL(",
            "    'DROP INDEX \"by_hand\"',",
            ('    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" ("code")\','),
            "),",
            'migrations.AlterField(model_name="Book", name="code", field=...),',
            "migrations.RunSQL(",
            ('    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" ("code")\','),
            "    'DROP INDEX \"by_hand\"',",
            "),",
        ),
    )


def test_second_unique_on_sqlite() -> None:
    case = a_case(SQLITE, DROPPED, PLAIN, INDEX)

    assert words(case) == Words(
        id="E204",
        message=(
            "Altering library_book.code drops UNIQUE by_hand "
            "(code), which does not belong to the field."
        ),
        why=(
            "SQLite 3.40.1 requires a rebuild of the table from the state, which does "
            "not declare this unique constraint."
        ),
        instead=(
            "# to drop it, before the alteration:",
            "migrations.RunSQL(",
            "    'DROP INDEX \"by_hand\"',",
            ('    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" ("code")\','),
            "),",
            "# to keep it, after the alteration:",
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["code"], '
                'name="by_hand"),'
            ),
            "),",
        ),
    )


def test_unique_of_an_indexed_field() -> None:
    case = a_case(
        MARIADB,
        DROPPED,
        AlterColumn(
            table="library_book", old=column("code", db_index=True), new=column("code")
        ),
        BY_HAND,
    )

    assert words(case) == Words(
        id="E204",
        message=(
            "Altering library_book.code drops UNIQUE by_hand "
            "(code), which does not belong to the field."
        ),
        why=(
            "When a field is no longer unique or indexed, Django drops every unique "
            "constraint or index of this single column, except those that the model's "
            "Meta names."
        ),
        instead=(
            "# to drop it, before the alteration:",
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP INDEX `by_hand`",',
            ('    "ALTER TABLE `library_book` ADD UNIQUE INDEX `by_hand` (`code`)",'),
            "),",
            "# to keep it, after the alteration:",
            "migrations.AddConstraint(",
            '    model_name="Book",',
            (
                '    constraint=models.UniqueConstraint(fields=["code"], '
                'name="by_hand"),'
            ),
            "),",
        ),
    )


def test_other_alteration_on_sqlite_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AlterColumn(
            table="library_book", old=column("code"), new=column("code", null=True)
        ),
        INDEX,
    )

    assert judged(case) == "E401"


def test_foreign_key_on_the_unique_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        PLAIN,
        ForeignKey(
            name="fk", columns=("code",), to_table="library_book", to_columns=("code",)
        ),
        table="legacy",
        error="1553",
    )

    assert judged(case) == "E206"
