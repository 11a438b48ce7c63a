"""The primary key is removed while foreign keys reference it."""

from __future__ import annotations

from fkguard.schema.consequences import DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey
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

REMOVED = DropColumn(
    table="library_author", old=column("id", primary_key=True, unique=True)
)
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_foreign_key_that_goes_along() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        REMOVED,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E107",
        message=(
            "Removing the primary key library_author.id drops "
            "FOREIGN KEY loan_author_fk (author_id) of loans_loan."
        ),
        why=(
            "Django up to 5.2 drops columns with CASCADE, so "
            "PostgreSQL 15.8 drops what references them, and nothing creates these "
            "foreign keys for the new key."
        ),
        instead=(
            "# 1. AddField: a plain column on loans.Loan, of the new key's type",
            "# 2. RunPython: fill it from the Author that author references",
            "# 3. RemoveField: loans.Loan.author, then Author.id;",
            "#    AlterField: primary_key=True on the new key",
            "# 4. AlterField: the plain column becomes a ForeignKey",
        ),
    )


def test_foreign_key_that_mysql_refuses_to_break() -> None:
    case = a_case(
        MYSQL, FAILS, REMOVED, KEY, table="legacy", model="Author", error="1829"
    )

    assert words(case) == Words(
        id="E107",
        message=(
            "Removing the primary key library_author.id fails: "
            "FOREIGN KEY loan_author_fk (author_id) of legacy "
            "references it."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1829, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            "# No model stands for legacy: move its foreign key to the new key",
            "# first, or drop it:",
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            'migrations.RemoveField(model_name="Author", name="id"),',
            "# then AlterField(primary_key=True), and a foreign key to it.",
        ),
    )


def test_foreign_key_in_a_session_without_checks() -> None:
    case = a_case(MYSQL, DANGLING, REMOVED, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E107",
        message=(
            "Removing the primary key library_author.id breaks "
            "FOREIGN KEY loan_author_fk (author_id) of legacy."
        ),
        why=(
            "MySQL 9.7.0 does not check this while foreign_key_checks is off in this "
            "session."
        ),
        instead=(
            "# No model stands for legacy: move its foreign key to the new key",
            "# first, or drop it:",
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            'migrations.RemoveField(model_name="Author", name="id"),',
            "# then AlterField(primary_key=True), and a foreign key to it.",
        ),
    )


def test_foreign_key_on_sqlite() -> None:
    case = a_case(
        SQLITE,
        DANGLING,
        REMOVED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E107",
        message=(
            "Removing the primary key library_author.id breaks "
            "FOREIGN KEY loan_author_fk (author_id) of "
            "library_loan."
        ),
        why=(
            "SQLite 3.40.1 does not check the foreign key until it is used, and "
            'then fails with "foreign key mismatch".'
        ),
        instead=(
            ("# 1. AddField: a plain column on library.Loan, of the new key's type"),
            "# 2. RunPython: fill it from the Author that author references",
            "# 3. RemoveField: library.Loan.author, then Author.id;",
            "#    AlterField: primary_key=True on the new key",
            "# 4. AlterField: the plain column becomes a ForeignKey",
        ),
    )


def test_other_column_is_another_hazard() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropColumn(table="library_author", old=column("id", unique=True)),
        KEY,
        table="legacy",
        model="Author",
    )

    assert judged(case) == "E106"
