"""A table is dropped together with the foreign keys and views that use it."""

from __future__ import annotations

import pytest

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import CASCADES, DROPPED, FAILS
from fkguard.schema.constraints import Constraint, ForeignKey
from fkguard.schema.events import DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, judged, words

DELETED = DropTable(table="library_author")
KEY = ForeignKey(
    name="loan_author_fk",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
VIEW = Dependent(kind="view", name="names")


def test_foreign_key_of_a_model() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DELETED,
        KEY,
        table="library_loan",
        owner="library.Loan",
        fields={"author_id": "author"},
        model="Author",
        is_known=True,
    )

    assert words(case) == Words(
        id="E108",
        message=(
            "Dropping library_author drops FOREIGN KEY "
            "loan_author_fk (author_id) of library_loan too."
        ),
        why=(
            "Django drops tables with CASCADE, and PostgreSQL 15.8 "
            "then drops the foreign keys that reference them: the referencing columns "
            "remain, and accept any value."
        ),
        instead=(
            (
                'migrations.RemoveField(model_name="Loan", name="author"),  '
                "# or AlterField, to another model"
            ),
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_foreign_key_of_a_table_elsewhere() -> None:
    case = a_case(
        POSTGRESQL, DROPPED, DELETED, KEY, table='archive"."legacy', model="Author"
    )

    assert words(case) == Words(
        id="E108",
        message=(
            "Dropping library_author drops FOREIGN KEY "
            "loan_author_fk (author_id) of archive.legacy too."
        ),
        why=(
            "Django drops tables with CASCADE, and PostgreSQL 15.8 "
            "then drops the foreign keys that reference them: the referencing columns "
            "remain, and accept any value."
        ),
        instead=(
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "archive"."legacy" DROP CONSTRAINT '
                '"loan_author_fk"\','
            ),
            (
                '    \'ALTER TABLE "archive"."legacy" ADD CONSTRAINT '
                '"loan_author_fk" FOREIGN KEY ("author_id") REFERENCES '
                '"library_author" ("id")\','
            ),
            "),",
            'migrations.DeleteModel(name="Author"),',
        ),
    )


def test_view() -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DELETED,
        Constraint(name="names"),
        table="library_author",
        dependents=(VIEW,),
        model="Author",
    )

    assert words(case) == Words(
        id="E108",
        message="Dropping library_author drops view names too.",
        why=(
            "Django drops tables with CASCADE, and PostgreSQL 15.8 "
            "then drops every view that depends on them."
        ),
        instead=(
            "migrations.RunSQL('DROP VIEW \"names\"'),",
            'migrations.DeleteModel(name="Author"),',
        ),
    )


@pytest.mark.parametrize(
    ("dependents", "kinds"),
    [
        (("trigger",), "trigger"),
        (("table", "table"), "table"),
        (("view", "generated column"), "view and generated column"),
        (
            ("view", "view", "materialized view", "trigger"),
            "view, materialized view and trigger",
        ),
    ],
)
def test_what_goes_along_is_called_what_it_is(
    dependents: tuple[str, ...], kinds: str
) -> None:
    case = a_case(
        POSTGRESQL,
        CASCADES,
        DELETED,
        Constraint(name="names"),
        table="library_author",
        dependents=tuple(
            Dependent(kind=each, name=f"it_{number}")
            for number, each in enumerate(dependents)
        ),
        model="Author",
    )

    assert words(case).why == (
        "Django drops tables with CASCADE, and PostgreSQL 15.8 then drops every "
        f"{kinds} that depends on them."
    )


def test_join_table() -> None:
    case = a_case(
        POSTGRESQL,
        DROPPED,
        DropTable(table="library_book_tags", joins="library.Book.tags"),
        ForeignKey(
            name="by_hand",
            columns=("join_id",),
            to_table="library_book_tags",
            to_columns=("id",),
        ),
        table="legacy",
    )

    assert words(case) == Words(
        id="E108",
        message=(
            "Dropping library_book_tags drops FOREIGN KEY by_hand "
            "(join_id) of legacy too."
        ),
        why=(
            "Django drops tables with CASCADE, and PostgreSQL 15.8 "
            "then drops the foreign keys that reference them: the referencing columns "
            "remain, and accept any value."
        ),
        instead=(
            "migrations.RunSQL(",
            '    \'ALTER TABLE "legacy" DROP CONSTRAINT "by_hand"\',',
            (
                '    \'ALTER TABLE "legacy" ADD CONSTRAINT "by_hand" FOREIGN '
                'KEY ("join_id") REFERENCES "library_book_tags" ("id")\','
            ),
            "),",
            'migrations.RemoveField(model_name="Book", name="tags"),',
        ),
    )


def test_refusal_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, DELETED, KEY, table="legacy", error="3730")

    assert judged(case) == "E109"
