"""A change of type drops a foreign key that no state declares."""

from __future__ import annotations

from fkguard.schema.consequences import DROPPED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
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


def test_foreign_key_of_a_loose_field() -> None:
    case = a_case(
        MYSQL,
        DROPPED,
        RETYPED,
        BY_HAND,
        model="Author",
        owner="loans.Loan",
        fields={"author_id": "author"},
        table="loans_loan",
    )

    assert words(case) == Words(
        id="E202",
        message=(
            "Altering library_author.id drops FOREIGN KEY by_hand "
            "(author_id) of loans_loan, and does not recreate it."
        ),
        why=(
            "Before a change of type, Django drops every foreign key of the columns "
            "that reference it. Afterwards it only recreates those of relations "
            "without db_constraint=False."
        ),
        instead=(
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `loans_loan` ADD CONSTRAINT `by_hand` '
                "FOREIGN KEY (`author_id`) REFERENCES `library_author` "
                '(`id`)",'
            ),
            '    "ALTER TABLE `loans_loan` DROP FOREIGN KEY `by_hand`",',
            "),",
            "# or declare it first: db_constraint=True on loans.Loan.author",
        ),
    )


def test_foreign_key_of_a_table_elsewhere() -> None:
    case = a_case(POSTGRESQL, DROPPED, RETYPED, BY_HAND, model="Author", table="legacy")

    assert words(case) == Words(
        id="E202",
        message=(
            "Altering library_author.id drops FOREIGN KEY by_hand "
            "(author_id) of legacy, and does not recreate it."
        ),
        why=(
            "Before a change of type, Django drops every foreign key of the columns "
            "that reference it. Afterwards it only recreates those of relations "
            "without db_constraint=False."
        ),
        instead=(
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "legacy" ADD CONSTRAINT "by_hand" FOREIGN '
                'KEY ("author_id") REFERENCES "library_author" ("id")\','
            ),
            '    \'ALTER TABLE "legacy" DROP CONSTRAINT "by_hand"\',',
            "),",
        ),
    )


def test_foreign_key_of_the_altered_column_is_another_hazard() -> None:
    case = a_case(MYSQL, DROPPED, ALTERED, BY_HAND)

    assert judged(case) == "E201"


def test_rebuild_of_sqlite_is_another_hazard() -> None:
    case = a_case(SQLITE, DROPPED, RETYPED, BY_HAND)

    assert judged(case) == "E401"
