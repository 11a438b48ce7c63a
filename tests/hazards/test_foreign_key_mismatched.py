"""A referenced column becomes wider than what references it."""

from __future__ import annotations

from fkguard.schema.consequences import FAILS, MISMATCHED
from fkguard.schema.constraints import ForeignKey
from fkguard.schema.events import AlterColumn
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_case, column, judged, words

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


def test_table_elsewhere() -> None:
    case = a_case(
        POSTGRESQL, MISMATCHED, RETYPED, BY_HAND, table="legacy", model="Author"
    )

    assert words(case) == Words(
        id="W203",
        message=(
            "legacy.author_id references library_author.id, which "
            "becomes bigint, and keeps its own type."
        ),
        why=(
            "PostgreSQL 15.8 allows a foreign key between integers of different "
            "widths. Writing the first key that does not fit into the narrower column "
            "fails."
        ),
        instead=(
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            (
                'migrations.RunSQL(\'ALTER TABLE "legacy" ALTER COLUMN '
                '"author_id" TYPE bigint\'),'
            ),
        ),
    )


def test_field_of_a_model() -> None:
    case = a_case(
        POSTGRESQL,
        MISMATCHED,
        RETYPED,
        BY_HAND,
        table="library_loan",
        model="Author",
        owner="library.Loan",
        fields={"author_id": "author"},
    )

    assert words(case) == Words(
        id="W203",
        message=(
            "library_loan.author_id references library_author.id, "
            "which becomes bigint, and keeps its own type."
        ),
        why=(
            "PostgreSQL 15.8 allows a foreign key between integers of different "
            "widths. Writing the first key that does not fit into the narrower column "
            "fails."
        ),
        instead=(
            'migrations.AlterField(model_name="Author", name="id", field=...),',
            "# AlterField: give Loan.author the same type",
        ),
    )


def test_refusal_is_another_hazard() -> None:
    case = a_case(MYSQL, FAILS, RETYPED, BY_HAND, table="legacy", error="3780")

    assert judged(case) == "E203"
