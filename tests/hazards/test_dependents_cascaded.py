"""A column is removed that other things than its constraints depend on."""

from __future__ import annotations

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import CASCADES, DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import DropColumn, DropTable
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

REMOVED = DropColumn(table="library_book", old=column("series"))
CODE = DropColumn(table="library_author", old=column("code", unique=True))
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("code",),
)
VIEW = Dependent(kind="view", name="places")
TRIGGER = Dependent(kind="trigger", name="no_move")
GENERATED = Dependent(kind="generated column", name="twice")


def test_view_and_trigger_that_go_along() -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        REMOVED,
        Constraint(name="places"),
        dependents=(VIEW, TRIGGER),
    )

    assert words(case) == Words(
        id="E106",
        message=(
            "Removing library_book.series drops view places and trigger no_move too."
        ),
        why=(
            "Django 5.2 and earlier drop columns with CASCADE, and "
            "PostgreSQL 15.8 then silently drops everything that depends on them."
        ),
        instead=(
            "migrations.RunSQL('DROP VIEW \"places\"'),",
            'migrations.RunSQL(\'DROP TRIGGER "no_move" ON "library_book"\'),',
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# RunSQL: make places again without the column",
            "# RunSQL: make no_move again without the column",
        ),
    )


def test_view_that_postgresql_refuses_to_break() -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        REMOVED,
        Constraint(name="places"),
        dependents=(VIEW,),
        error="other objects depend on it",
    )

    assert words(case) == Words(
        id="E106",
        message="Removing library_book.series fails: it is used by view places.",
        why=(
            'PostgreSQL 15.8 refuses ("other objects depend on '
            'it"); only an atomic migration is rolled back.'
        ),
        instead=(
            "migrations.RunSQL('DROP VIEW \"places\"'),",
            'migrations.RemoveField(model_name="Book", name="series"),',
            "# RunSQL: make places again without the column",
        ),
    )


def test_generated_column_that_goes_along() -> None:
    case = a_case(
        POSTGRESQL, CASCADES, REMOVED, Constraint(name="twice"), dependents=(GENERATED,)
    )

    assert words(case) == Words(
        id="E106",
        message="Removing library_book.series drops generated column twice too.",
        why=(
            "Django 5.2 and earlier drop columns with CASCADE, and "
            "PostgreSQL 15.8 then silently drops everything that depends on them."
        ),
        instead=(
            "# remove generated column twice first",
            'migrations.RemoveField(model_name="Book", name="series"),',
        ),
    )


def test_foreign_key_of_another_app() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        CODE,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E106",
        message=(
            "Removing library_author.code drops FOREIGN KEY "
            "loan_author_fk (author_id) of loans_loan too."
        ),
        why=(
            "Django 5.2 and earlier drop columns with CASCADE, and "
            "PostgreSQL 15.8 then silently drops everything that depends on them."
        ),
        instead=(
            (
                'migrations.RemoveField(model_name="Loan", name="author"),  '
                "# in loans; or AlterField, to_field another key"
            ),
            'migrations.RemoveField(model_name="Author", name="code"),',
        ),
    )


def test_foreign_key_of_a_known_table_without_its_model() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        CODE,
        KEY,
        table="loans_loan",
        model="Author",
        is_known=True,
        error="1829",
    )

    assert words(case) == Words(
        id="E106",
        message=(
            "Removing library_author.code fails: FOREIGN KEY "
            "loan_author_fk (author_id) of loans_loan references "
            "it."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1829, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            (
                "# RemoveField, or AlterField to_field another key: the "
                "field of loans_loan.author_id"
            ),
            'migrations.RemoveField(model_name="Author", name="code"),',
        ),
    )


def test_foreign_key_of_a_table_elsewhere() -> None:
    case = a_case(MARIADB, DANGLING, CODE, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E106",
        message=(
            "Removing library_author.code breaks FOREIGN KEY "
            "loan_author_fk (author_id) of legacy, which references "
            "it."
        ),
        why=(
            "MariaDB 11.8.3 does not check this while foreign_key_checks is off in "
            "this session."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`code`)",'
            ),
            "),",
            'migrations.RemoveField(model_name="Author", name="code"),',
        ),
    )


def test_foreign_key_of_a_table_elsewhere_on_sqlite() -> None:
    case = a_case(SQLITE, DANGLING, CODE, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E106",
        message=(
            "Removing library_author.code breaks FOREIGN KEY "
            "loan_author_fk (author_id) of legacy, which references "
            "it."
        ),
        why=(
            "SQLite 3.40.1 does not check the foreign key until it is used, and "
            'then fails with "foreign key mismatch".'
        ),
        instead=(
            (
                "# Drop FOREIGN KEY loan_author_fk (author_id) of legacy:"
                " it is a part of CREATE TABLE, so the table has to be "
                "rebuilt."
            ),
            'migrations.RemoveField(model_name="Author", name="code"),',
        ),
    )


def test_primary_key_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(
            table="library_author", old=column("code", primary_key=True, unique=True)
        ),
        KEY,
        table="legacy",
        model="Author",
    )

    assert judged(case) == "E107"


def test_view_of_a_dropped_table_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DropTable(table="library_book"),
        Constraint(name="places"),
        dependents=(VIEW,),
    )

    assert judged(case) == "E108"
