"""Rows are in the way of a unique constraint."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    AlterUniqueTogether,
    DeleteModel,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.models import Q
from django.db.models.functions import Lower

from tests.harness import Harm, Lost, Scenario
from tests.operations import delete_duplicate_books
from tests.scenarios.builders import create, integer, key, text, unique

BOOK = create("Book", series=integer(null=True), number=integer(), title=text())
PAIR = AddConstraint("Book", unique("book_place", "series", "number"))
CODE = AddField("Book", "code", integer(unique=True))
#: Two rows (1, 1); NULLs are no duplicates, and the titles differ in case.
ROWS = [
    f"INSERT INTO testapp_book (id, series, number, title) VALUES {values}"
    for values in (
        "(1, 1, 1, 'a')",
        "(2, 1, 1, 'A')",
        "(3, 1, 2, 'b')",
        "(4, NULL, 3, 'c')",
        "(5, NULL, 3, 'd')",
    )
]
GOOD_ROWS = [ROWS[0], *ROWS[2:]]
REFUSED = {
    "mysql|mariadb": Harm(error="IntegrityError: (1062"),
    "postgresql": Harm(error="could not create unique index"),
    "sqlite": Harm(error="UNIQUE constraint failed"),
}
#: A book whose series is a model.
WITH_SERIES = [
    create("Series"),
    create("Book", series=key("Series", null=True), number=integer(), title=text()),
]
ROWS_WITH_SERIES = [
    "INSERT INTO testapp_series (id) VALUES (1)",
    *(each.replace("series", "series_id", 1) for each in ROWS[:3]),
]


def in_the_way(name: str, operation: Operation, found: str, **options: Any) -> Scenario:
    """Return a scenario of one operation that the rows of a book are in the way of."""
    options = {
        "history": [[BOOK]],
        "rows": ROWS,
        "change": [[operation]],
        "lost": [Lost("testapp_book", "UNIQUE", (), found)],
        "harm": REFUSED,
        **options,
    }
    return Scenario(hazard="H49", name=name, **options)


def harmless(name: str, rows: list[str], *change: list[Operation]) -> Scenario:
    """Return a scenario that no row is in the way of."""
    return Scenario(
        hazard="H49",
        name=name,
        history=[[BOOK]],
        rows=rows,
        change=change,
        harmless=True,
    )


SCENARIOS = (
    in_the_way("constraint", PAIR, "(1, 1): 2 rows"),
    in_the_way(
        "unique_together",
        AlterUniqueTogether("Book", {("series", "number")}),
        "(1, 1): 2 rows",
    ),
    in_the_way(
        "unique_field",
        AlterField("Book", "series", integer(null=True, unique=True)),
        "(1): 3 rows",
    ),
    in_the_way(
        "wider_and_unique",
        AlterField("Book", "number", models.BigIntegerField(default=0, unique=True)),
        "(1): 2 rows",
        harm={
            **REFUSED,
            "mysql|mariadb": Harm(
                error="IntegrityError: (1062",
                changes=(
                    "~ column testapp_book.number: int NOT NULL -> bigint NOT NULL",
                ),
            ),
        },
    ),
    in_the_way(
        "one_to_one",
        AlterField(
            "Book",
            "series",
            models.OneToOneField("testapp.Series", models.CASCADE, null=True),
        ),
        "(1): 3 rows",
        history=[WITH_SERIES],
        rows=ROWS_WITH_SERIES,
        harm={
            **REFUSED,
            "mysql|mariadb": Harm(
                error="IntegrityError: (1062",
                changes=("- testapp_book: (series_id) REFERENCES testapp_series (id)",),
            ),
        },
    ),
    in_the_way(
        "added_with_a_default",
        CODE,
        "5 rows get the same default",
    ),
    in_the_way(
        "condition",
        AddConstraint(
            "Book", unique("book_place", "number", condition=Q(series__isnull=True))
        ),
        "(3): 2 rows",
        flavours=("postgresql", "sqlite"),
    ),
    in_the_way(
        "condition_over_a_reference",
        AddConstraint(
            "Book", unique("book_place", "number", condition=Q(series__isnull=False))
        ),
        "(1): 2 rows",
        flavours=("postgresql", "sqlite"),
        history=[WITH_SERIES],
        rows=ROWS_WITH_SERIES,
    ),
    in_the_way(
        "expression",
        AddConstraint(
            "Book", models.UniqueConstraint(Lower("title"), name="book_title")
        ),
        "(a): 2 rows",
        flavours=("postgresql", "sqlite", "mysql"),
    ),
    in_the_way(
        "nulls_not_distinct",
        AddConstraint(
            "Book", unique("book_place", "series", "number", nulls_distinct=False)
        ),
        "(None, 3): 2 rows",
        rows=GOOD_ROWS,
        flavours=("postgresql",),
    ),
    in_the_way(
        "collation_of_the_server",
        AddConstraint("Book", unique("book_title", "title")),
        "2 rows",
        flavours=("mysql", "mariadb"),
    ),
    in_the_way(
        "after_a_rename",
        PAIR,
        "(1, 1): 2 rows",
        change=[
            [
                RenameField("Book", "number", "place"),
                AddConstraint("Book", unique("book_place", "series", "place")),
            ]
        ],
        harm={
            **REFUSED,
            "mysql|mariadb": Harm(
                error="IntegrityError: (1062",
                changes=(
                    "+ column testapp_book.place",
                    "- column testapp_book.number",
                ),
            ),
        },
    ),
    in_the_way(
        "after_code_elsewhere",
        PAIR,
        "(1, 1): 2 rows",
        history=[[BOOK, create("Shelf", number=integer())]],
        change=[[RunSQL("UPDATE testapp_shelf SET number = 1"), PAIR]],
    ),
    harmless("constraint_over_good_rows", GOOD_ROWS, [PAIR]),
    harmless("constraint_over_no_rows", [], [PAIR]),
    harmless("unique_added_with_a_default_to_one_row", ROWS[:1], [CODE]),
    harmless("unique_added_with_a_default_to_no_rows", [], [CODE]),
    harmless(
        "unique_added_without_a_default",
        ROWS,
        [AddField("Book", "code", models.IntegerField(null=True, unique=True))],
    ),
    harmless(
        "made_with_the_key",
        ROWS,
        [AddConstraint("Book", unique("book_place", "id", "series"))],
    ),
    harmless(
        "duplicates_deleted_by_code_before",
        ROWS,
        [RunPython(delete_duplicate_books)],
        [PAIR],
    ),
    harmless(
        "duplicates_deleted_by_sql_before",
        ROWS,
        [RunSQL("DELETE FROM testapp_book WHERE id = 2")],
        [PAIR],
    ),
    harmless(
        "column_made_again_before",
        ROWS,
        [
            RemoveField("Book", "number"),
            AddField("Book", "number", models.IntegerField(null=True)),
            PAIR,
        ],
    ),
    harmless("table_made_again_before", ROWS, [DeleteModel("Book"), BOOK, PAIR]),
    Scenario(
        hazard="H49",
        name="condition_that_no_duplicate_meets",
        flavours=("postgresql", "sqlite"),
        history=[[BOOK]],
        rows=ROWS,
        change=[
            [
                AddConstraint(
                    "Book", unique("book_place", "number", condition=Q(number__gt=7))
                )
            ]
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H49",
        name="constraint_before_the_migrations_of_a_new_table",
        history=[[create("Series")]],
        change=[[BOOK, PAIR], [CODE]],
        harmless=True,
    ),
)
