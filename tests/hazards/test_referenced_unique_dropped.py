"""The unique is removed that a foreign key stands on."""

from __future__ import annotations

from fkguard.schema.consequences import DANGLING, DROPPED, FAILS
from fkguard.schema.constraints import ForeignKey, Unique
from fkguard.schema.events import AlterColumn, RemoveConstraint
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
    table="library_author", old=column("code", unique=True), new=column("code")
)
REMOVED = RemoveConstraint(
    table="library_author", constraint=Unique(name="codes", columns=("code",))
)
TOGETHER = RemoveConstraint(
    table="library_author",
    constraint=Unique(
        name="library_author_code_name_1a2b3c4d_uniq", columns=("code", "name")
    ),
)
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("code",),
)


def test_field_that_stops_being_unique() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        PLAIN,
        KEY,
        table="loans_loan",
        owner="loans.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
        error="1553",
    )

    assert words(case) == Words(
        id="E206",
        message=(
            "Removing the unique of library_author.code fails "
            "because FOREIGN KEY loan_author_fk (author_id) of "
            "loans_loan needs it."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1553, and cannot roll back the earlier "
            "operations of the migration."
        ),
        instead=(
            (
                'migrations.AlterField(model_name="Loan", name="author", '
                "field=...),  # in loans; to_field another key"
            ),
            ('migrations.AlterField(model_name="Author", name="code", field=...),'),
        ),
    )


def test_constraint_that_mariadb_lets_go() -> None:
    case = a_case(
        MARIADB,
        DROPPED,
        REMOVED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E206",
        message=(
            "Removing UNIQUE codes (code) from library_author "
            "leaves FOREIGN KEY loan_author_fk (author_id) of "
            "library_loan on a key that is not unique."
        ),
        why=(
            "MariaDB 11.8.3 accepts a non-unique index for a referenced column, and "
            "needs none while foreign_key_checks is off: a row may then reference "
            "several rows."
        ),
        instead=(
            (
                'migrations.AlterField(model_name="Loan", name="author", '
                "field=...),  # to_field another key"
            ),
            'migrations.RemoveConstraint(model_name="Author", name="codes"),',
        ),
    )


def test_constraint_that_postgresql_refuses_to_drop() -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        REMOVED,
        KEY,
        table="legacy",
        model="Author",
        error="other objects depend on it",
    )

    assert words(case) == Words(
        id="E206",
        message=(
            "Removing UNIQUE codes (code) from library_author fails "
            "because FOREIGN KEY loan_author_fk (author_id) of "
            "legacy needs it."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("other objects depend on '
            'it"); only an atomic migration is rolled back.'
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "legacy" DROP CONSTRAINT "loan_author_fk"\',',
            (
                '    \'ALTER TABLE "legacy" ADD CONSTRAINT "loan_author_fk" '
                'FOREIGN KEY ("author_id") REFERENCES "library_author" '
                '("code")\','
            ),
            "),",
            'migrations.RemoveConstraint(model_name="Author", name="codes"),',
        ),
    )


def test_entry_of_unique_together() -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        TOGETHER,
        ForeignKey(
            name="by_hand",
            columns=("code", "name"),
            to_table="library_author",
            to_columns=("code", "name"),
        ),
        table="legacy",
        model="Author",
        error="other objects depend on it",
    )

    assert words(case) == Words(
        id="E206",
        message=(
            "Removing UNIQUE library_author_code_name_1a2b3c4d_uniq "
            "(code, name) from library_author fails because FOREIGN "
            "KEY by_hand (code, name) of legacy needs it."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("other objects depend on '
            'it"); only an atomic migration is rolled back.'
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "legacy" DROP CONSTRAINT "by_hand"\',',
            (
                '    \'ALTER TABLE "legacy" ADD CONSTRAINT "by_hand" FOREIGN '
                'KEY ("code", "name") REFERENCES "library_author" ("code", '
                '"name")\','
            ),
            "),",
            "# then the AlterUniqueTogether",
        ),
    )


def test_field_on_sqlite() -> None:
    case = a_case(SQLITE, DANGLING, PLAIN, KEY, table="legacy", model="Author")

    assert words(case) == Words(
        id="E206",
        message=(
            "Removing the unique of library_author.code breaks "
            "FOREIGN KEY loan_author_fk (author_id) of legacy, "
            "which needs it."
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
            ('migrations.AlterField(model_name="Author", name="code", field=...),'),
        ),
    )


def test_change_of_type_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, PLAIN, KEY, table="legacy", error="3780")

    assert judged(case) == "E203"


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        REMOVED,
        ForeignKey(
            name="by_hand",
            columns=("friend",),
            to_table="library_author",
            to_columns=("code",),
        ),
        table="library_author",
    )

    assert judged(case) == "E401"
