"""A column of a check or an exclusion is removed, renamed or altered."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED, FAILS
from fkguard.schema.constraints import Check, Exclusion
from fkguard.schema.events import AlterColumn, DropColumn
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

REMOVED = DropColumn(table="library_book", old=column("low"))
RENAMED = AlterColumn(table="library_book", old=column("low"), new=column("least"))
ALTERED = AlterColumn(
    table="library_book", old=column("low", check="low >= 0"), new=column("low")
)
RANGE = Check(name="range", columns=("high", "low"), expression="(`low` <= `high`)")
EXCLUSION = Exclusion(
    name="by_hand",
    columns=("high", "low"),
    definition="EXCLUDE USING gist (int4range(low, high) WITH &&)",
)


def test_check_that_postgresql_drops() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, RANGE, is_known=True)

    assert words(case) == Words(
        id="E104",
        message="Removing library_book.low drops CHECK range (high, low).",
        why=(
            "PostgreSQL 15.8 drops a CHECK with any of its columnssilently, including "
            "its rule for the other columns."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="range"),',
            'migrations.RemoveField(model_name="Book", name="low"),',
        ),
    )


def test_exclusion_made_by_hand() -> None:
    case = a_case(POSTGRESQL, DROPPED, REMOVED, EXCLUSION)

    assert words(case) == Words(
        id="E104",
        message="Removing library_book.low drops EXCLUDE by_hand (high, low).",
        why=(
            "PostgreSQL 15.8 drops a EXCLUDE with any of its "
            "columnssilently, including its rule for the other columns."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                "EXCLUDE USING gist (int4range(low, high) WITH &&)',"
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="low"),',
        ),
    )


def test_check_that_mariadb_refuses_to_break() -> None:
    case = a_case(MARIADB, FAILS, REMOVED, RANGE, is_known=True, error="1054")

    assert words(case) == Words(
        id="E104",
        message=("Removing library_book.low fails because of CHECK range (high, low)."),
        why=(
            "MariaDB 11.8.3 refuses with error 1054, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="range"),',
            'migrations.RemoveField(model_name="Book", name="low"),',
        ),
    )


def test_renamed_column_on_mysql() -> None:
    case = a_case(MYSQL, FAILS, RENAMED, RANGE, is_known=True, error="3959")

    assert words(case) == Words(
        id="E104",
        message=(
            "Renaming library_book.low to least fails because of "
            "CHECK range (high, low)."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3959, and cannot roll back the earlier "
            "operations of the migration. It does not "
            "rewrite the condition of a CHECK."
        ),
        instead=(
            'migrations.RemoveConstraint(model_name="Book", name="range"),',
            (
                'migrations.RenameField(model_name="Book", old_name="low", '
                'new_name="least"),'
            ),
            "migrations.AddConstraint(",
            '    model_name="Book",',
            ('    constraint=models.CheckConstraint(condition=..., name="range"),'),
            "),",
        ),
    )


def test_renamed_column_of_a_check_made_by_hand() -> None:
    """The condition is made again with the new name."""
    case = a_case(MYSQL, FAILS, RENAMED, RANGE, error="3959")

    assert words(case) == Words(
        id="E104",
        message=(
            "Renaming library_book.low to least fails because of "
            "CHECK range (high, low)."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3959, and cannot roll back the earlier "
            "operations of the migration. It does not "
            "rewrite the condition of a CHECK."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `library_book` DROP CHECK `range`",',
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `range` '
                'CHECK ((`low` <= `high`))",'
            ),
            "),",
            (
                'migrations.RenameField(model_name="Book", old_name="low", '
                'new_name="least"),'
            ),
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` ADD CONSTRAINT `range` '
                'CHECK ((`least` <= `high`))",'
            ),
            '    "ALTER TABLE `library_book` DROP CHECK `range`",',
            "),",
        ),
    )


def test_second_check_of_an_altered_column() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        ALTERED,
        Check(name="by_hand", columns=("low",), expression="(low < 10)"),
    )

    assert words(case) == Words(
        id="E104",
        message="Altering library_book.low drops CHECK by_hand (low).",
        why=(
            "Django drops every check of the column that the model's Meta does not "
            "name, and recreates that of the new field."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                "CHECK ((low < 10))',"
            ),
            "),",
            'migrations.AlterField(model_name="Book", name="low", field=...),',
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_book" ADD CONSTRAINT "by_hand" '
                "CHECK ((low < 10))',"
            ),
            '    \'ALTER TABLE "library_book" DROP CONSTRAINT "by_hand"\',',
            "),",
        ),
    )


def test_check_of_one_column_that_is_still_declared() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        Check(name="low_positive", columns=("low",)),
        is_known=True,
    )

    assert words(case) == Words(
        id="E104",
        message="Removing library_book.low drops CHECK low_positive (low).",
        why=("PostgreSQL 15.8 silently drops a CHECK with its only column."),
        instead=(
            ('migrations.RemoveConstraint(model_name="Book", name="low_positive"),'),
            'migrations.RemoveField(model_name="Book", name="low"),',
        ),
    )


def test_alteration_on_sqlite_is_the_rebuilds_loss() -> None:
    case = a_case(SQLITE, DROPPED, ALTERED, RANGE)

    assert judged(case) == "E401"


def test_check_beside_the_column_is_the_rebuilds_loss() -> None:
    case = a_case(
        SQLITE, DROPPED, DropColumn(table="library_book", old=column("title")), RANGE
    )

    assert judged(case) == "E401"
