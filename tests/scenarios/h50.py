"""Rows are in the way of NOT NULL, of a check, and of a narrower type."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    RemoveField,
    RunPython,
    RunSQL,
)
from django.db.models import Q

from tests.harness import Harm, Lost, Scenario
from tests.operations import fill_books
from tests.scenarios.builders import create, integer, key, text

BOOK = create("Book", number=models.IntegerField(null=True), title=text())
#: One number is NULL, one is negative and one is large; one title is long.
ROWS = [
    f"INSERT INTO testapp_book (id, number, title) VALUES {values}"
    for values in (
        "(1, 1, 'a')",
        "(2, NULL, 'b   ')",
        "(3, -1, 'ccc')",
        "(4, 70000, 'd')",
    )
]
ADD = AddField("Book", "code", models.IntegerField())
NOT_NULL = AlterField("Book", "number", models.IntegerField())
POSITIVE = AlterField("Book", "number", models.PositiveIntegerField(null=True))
SMALL = AlterField("Book", "number", models.SmallIntegerField(null=True))
SHORT = AlterField("Book", "title", models.CharField(max_length=2, default=""))
CHECK = AddConstraint(
    "Book", models.CheckConstraint(condition=Q(number__gte=0), name="book_number")
)
NULL = {
    "mysql": Harm(error="OperationalError: (1138"),
    "mariadb": Harm(error="DataError: (1265"),
    "postgresql": Harm(error="contains null values"),
    "sqlite": Harm(error="NOT NULL constraint failed"),
}
BROKEN = {
    "mysql": Harm(error="(3819"),
    "mariadb": Harm(error="(4025"),
    "postgresql": Harm(error="is violated by some row"),
    "sqlite": Harm(error="CHECK constraint failed"),
}
CUT = {
    "mysql|mariadb": Harm(error="DataError: (1264"),
    "postgresql": Harm(error="out of range"),
}
SERVERS = ("postgresql", "mysql", "mariadb")


def refused(
    hazard: str,
    name: str,
    operation: Any,
    found: str,
    harm: dict[str, Harm],
    **options: Any,
) -> Scenario:
    """Return a scenario of one operation that the rows of a book are in the way of."""
    options = {
        "history": [[BOOK]],
        "rows": ROWS,
        "change": [[operation]],
        "lost": [Lost("testapp_book", "", (), found)],
        **options,
    }
    return Scenario(hazard=hazard, name=name, harm=harm, **options)


def harmless(hazard: str, name: str, *change: list[Any], **options: Any) -> Scenario:
    """Return a scenario that no row is in the way of."""
    options = {"history": [[BOOK]], "rows": ROWS, **options}
    return Scenario(hazard=hazard, name=name, change=change, harmless=True, **options)


LATIN = models.CharField(max_length=30, default="", db_collation="latin1_general_ci")

SCENARIOS = (
    refused("H50", "not_null", NOT_NULL, "1 row has NULL there: id 2", NULL),
    refused(
        "H50",
        "not_null_of_a_reference",
        AlterField("Book", "author", key("Author")),
        "1 row has NULL there: id 2",
        {
            **NULL,
            "mysql": Harm(
                error="OperationalError: (1138",
                changes=("- testapp_book: (author_id) REFERENCES testapp_author (id)",),
            ),
            "mariadb": Harm(
                error="DataError: (1265",
                changes=("- testapp_book: (author_id) REFERENCES testapp_author (id)",),
            ),
        },
        history=[[create("Author"), create("Book", author=key("Author", null=True))]],
        rows=["INSERT INTO testapp_book (id, author_id) VALUES (2, NULL)"],
    ),
    refused(
        # Only a rebuild of SQLite fills in the empty string of a blank field.
        "H50",
        "not_null_and_blank",
        AlterField("Book", "title", models.CharField(max_length=30, blank=True)),
        "1 row has NULL there: id 1",
        NULL,
        flavours=SERVERS,
        history=[[create("Book", title=models.CharField(max_length=30, null=True))]],
        rows=["INSERT INTO testapp_book (id, title) VALUES (1, NULL)"],
    ),
    refused(
        "H50",
        "added_without_a_value",
        ADD,
        "4 rows of the table have no value for it",
        NULL,
        flavours=("postgresql", "sqlite"),
    ),
    harmless("H50", "added_without_a_value_to_no_rows", [ADD], rows=[]),
    harmless("H50", "added_to_a_new_table", [BOOK], [ADD], history=[], rows=[]),
    harmless(
        "H50",
        "added_with_the_zero_of_the_server",
        [ADD],
        flavours=("mysql", "mariadb"),
    ),
    harmless(
        "H50",
        "added_with_a_value",
        [
            AddField("Book", "size", integer(), preserve_default=False),
            AddField("Book", "code", models.IntegerField(db_default=7)),
            AddField("Book", "isbn", models.CharField(max_length=9, blank=True)),
            AddField("Book", "made", models.DateField(auto_now_add=True)),
        ],
    ),
    harmless(
        "H50",
        "not_null_with_a_default",
        [AlterField("Book", "number", integer())],
    ),
    harmless(
        "H50",
        "not_null_with_a_default_for_now",
        [AlterField("Book", "number", integer(), preserve_default=False)],
    ),
    harmless(
        "H50",
        "not_null_with_a_default_of_the_database",
        [AlterField("Book", "number", models.IntegerField(db_default=7))],
    ),
    harmless("H50", "not_null_over_good_rows", [NOT_NULL], rows=ROWS[:1]),
    harmless("H50", "not_null_over_no_rows", [NOT_NULL], rows=[]),
    harmless("H50", "not_null_filled_by_code", [RunPython(fill_books)], [NOT_NULL]),
    harmless(
        "H50",
        "not_null_filled_by_sql",
        [RunSQL("UPDATE testapp_book SET number = 1 WHERE number IS NULL")],
        [NOT_NULL],
    ),
    harmless(
        "H50",
        "not_null_filled_by_an_operation",
        [
            AlterField("Book", "number", integer()),
            AlterField("Book", "number", models.IntegerField(null=True)),
            NOT_NULL,
        ],
    ),
    harmless(
        "H50",
        "not_null_and_blank_in_a_rebuild",
        [AlterField("Book", "title", models.CharField(max_length=30, blank=True))],
        flavours=("sqlite",),
        history=[[create("Book", title=models.CharField(max_length=30, null=True))]],
        rows=["INSERT INTO testapp_book (id, title) VALUES (1, NULL)"],
    ),
    refused("H51", "check", CHECK, "1 row breaks it: id 3", BROKEN),
    refused(
        "H51",
        "check_of_two_columns",
        AddConstraint(
            "Book",
            models.CheckConstraint(
                condition=Q(number__gte=0) | Q(title="a"), name="book_number"
            ),
        ),
        "1 row breaks it: id 3",
        BROKEN,
    ),
    refused(
        "H51",
        "check_over_a_reference",
        AddConstraint(
            "Book",
            models.CheckConstraint(
                condition=Q(author__isnull=False), name="book_author"
            ),
        ),
        "1 row breaks it: id 2",
        BROKEN,
        history=[[create("Author"), create("Book", author=key("Author", null=True))]],
        rows=["INSERT INTO testapp_book (id, author_id) VALUES (2, NULL)"],
    ),
    refused(
        "H51",
        "check_of_the_type",
        POSITIVE,
        '1 row breaks CHECK ("number" >= 0): id 3',
        BROKEN,
        flavours=("postgresql", "sqlite"),
    ),
    harmless("H51", "check_over_good_rows", [CHECK], rows=ROWS[:2]),
    harmless("H51", "check_over_no_rows", [CHECK], rows=[]),
    harmless("H51", "check_after_code", [RunPython(fill_books)], [CHECK]),
    harmless("H51", "check_in_a_new_table", [BOOK, CHECK], history=[], rows=[]),
    harmless(
        "H51",
        "check_of_a_column_made_again",
        [RemoveField("Book", "number"), AddField("Book", "number", integer()), CHECK],
    ),
    harmless(
        "H51",
        "check_of_what_an_operation_fills",
        [
            AlterField("Book", "number", integer()),
            AddConstraint(
                "Book",
                models.CheckConstraint(
                    condition=Q(number__isnull=False), name="book_number"
                ),
            ),
        ],
    ),
    refused(
        "H52",
        "smaller_integer",
        SMALL,
        "1 row has a value outside -32768 to 32767: id 4",
        CUT,
        flavours=SERVERS,
    ),
    refused(
        "H52",
        "unsigned_integer",
        POSITIVE,
        "1 row has a value outside 0 to 4294967295: id 3",
        CUT,
        flavours=("mysql", "mariadb"),
    ),
    refused(
        "H52",
        "shorter_text",
        SHORT,
        "1 row has a value longer than 2 characters: id 3",
        {
            "mysql|mariadb": Harm(error="DataError: (1265"),
            "postgresql": Harm(error="value too long"),
        },
        flavours=SERVERS,
    ),
    refused(
        # Cast, and silently cut.
        "H52",
        "text_to_varchar",
        SHORT,
        "1 row has a value longer than 2 characters: id 1",
        {
            "mysql|mariadb": Harm(error="DataError: (1406"),
            "postgresql": Harm(
                changes=(
                    "~ column testapp_book.title: text NOT NULL -> varchar(2) NOT NULL",
                    "+ migration testapp.0002",
                )
            ),
        },
        flavours=SERVERS,
        history=[[create("Book", title=models.TextField())]],
        rows=["INSERT INTO testapp_book (id, title) VALUES (1, 'abc')"],
    ),
    harmless("H52", "smaller_integer_over_good_rows", [SMALL], rows=ROWS[:3]),
    harmless("H52", "shorter_text_over_good_rows", [SHORT], rows=ROWS[:1]),
    harmless(
        # As the SQL standard has it; MySQL and MariaDB refuse.
        "H52",
        "shorter_text_over_spaces",
        [SHORT],
        rows=ROWS[:2],
        flavours=("postgresql", "sqlite"),
    ),
    harmless(
        "H52",
        "larger_integer",
        [AlterField("Book", "number", models.BigIntegerField(null=True))],
    ),
    harmless(
        "H52",
        "longer_text",
        [AlterField("Book", "title", models.CharField(max_length=90, default=""))],
    ),
    harmless("H52", "narrower_type_of_no_limit", [SMALL, SHORT], flavours=("sqlite",)),
    refused(
        "H50",
        "characters_that_the_new_character_set_lacks",
        AlterField("Book", "title", LATIN),
        "1 row has a value with characters that latin1 does not have: id 2",
        {"mysql|mariadb": Harm(error="(1366")},
        flavours=("mysql", "mariadb"),
        rows=[
            "INSERT INTO testapp_book (id, title) VALUES (1, 'é'), (2, '本'), (3, '?')"
        ],
    ),
    harmless(
        "H50",
        "characters_that_the_new_character_set_has",
        [AlterField("Book", "title", LATIN)],
        flavours=("mysql", "mariadb"),
        rows=["INSERT INTO testapp_book (id, title) VALUES (1, 'é'), (3, '?')"],
    ),
)
