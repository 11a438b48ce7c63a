"""A table is dropped that a foreign key references, on MySQL or MariaDB."""

from __future__ import annotations

from fkguard.schema.consequences import DANGLING, FAILS
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import DropTable
from tests.hazards.cases import MARIADB, MYSQL, SQLITE, Words, a_case, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)


def test_foreign_key_of_another_app() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        DELETED,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
        error="3730",
    )

    assert words(case) == Words(
        id="E109",
        message=(
            "Dropping library_author fails: FOREIGN KEY "
            "loan_author_fk (author_id) of loans_loan references "
            "it."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3730, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            (
                'migrations.RemoveField(model_name="Loan", name="author"),  '
                "# in loans; or AlterField, to another model"
            ),
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_foreign_key_of_a_table_elsewhere() -> None:
    case = a_case(
        MARIADB, FAILS, DELETED, KEY, table="legacy", model="Author", error="1451"
    )

    assert words(case) == Words(
        id="E109",
        message=(
            "Dropping library_author fails: FOREIGN KEY "
            "loan_author_fk (author_id) of legacy references it."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1451, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_session_without_checks_on_mysql() -> None:
    case = a_case(MYSQL, DANGLING, DELETED, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E109",
        message=(
            "Dropping library_author leaves FOREIGN KEY "
            "loan_author_fk (author_id) of legacy without the table "
            "it references."
        ),
        why=(
            "MySQL 9.7.0 does not check this while foreign_key_checks is off in this "
            "session."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_session_without_checks_on_mariadb() -> None:
    case = a_case(MARIADB, DANGLING, DELETED, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E109",
        message=(
            "Dropping library_author leaves FOREIGN KEY "
            "loan_author_fk (author_id) of legacy without the table "
            "it references."
        ),
        why=(
            "MariaDB 11.8.3 does not check this while foreign_key_checks is off in "
            "this session. A table that is created later with this name is accepted, "
            "whatever the type of its key."
        ),
        instead=(
            "migrations.RunSQL(",
            '    "ALTER TABLE `legacy` DROP FOREIGN KEY `loan_author_fk`",',
            (
                '    "ALTER TABLE `legacy` ADD CONSTRAINT `loan_author_fk` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            "),",
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, DANGLING, DELETED, KEY, table="legacy")

    assert judged(case) == "E110"
