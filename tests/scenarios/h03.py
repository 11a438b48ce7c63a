"""A column is removed that a unique index reads beside its key."""

from __future__ import annotations

from typing import Any

from django.db.migrations import AddField, RemoveConstraint, RemoveField
from django.db.migrations.operations.base import Operation
from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import Lower, Upper

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, text

BOOK: dict[str, Any] = {
    "series": integer(),
    "number": integer(),
    "title": text(),
    "lent": integer(),
}


def book(*constraints: UniqueConstraint) -> list[Operation]:
    return [create("Book", options={"constraints": list(constraints)}, **BOOK)]


CONDITIONAL = UniqueConstraint(
    fields=["number"], condition=Q(lent=0), name="number_of_present"
)
INCLUDING = UniqueConstraint(fields=["number"], include=["title"], name="number_title")
OF_EXPRESSION = UniqueConstraint(Lower("title"), F("number"), name="title_number")

SCENARIOS = (
    Scenario(
        hazard="H03",
        name="field_of_condition_removed",
        history=[book(CONDITIONAL)],
        change=[[RemoveField("Book", "lent")]],
        flavours=("postgresql", "sqlite"),
        lost=[Lost("testapp_book", "UNIQUE", ("number",), "number_of_present")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.lent",
                    (
                        "- testapp_book: UNIQUE (number) WHERE (lent = 0)"
                        " [number_of_present]"
                    ),
                )
            ),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H03",
        name="field_of_condition_removed_and_added_back",
        history=[book(CONDITIONAL)],
        change=[[RemoveField("Book", "lent"), AddField("Book", "lent", integer())]],
        flavours=("postgresql", "sqlite"),
        lost=[Lost("testapp_book", "UNIQUE", ("number",), "number_of_present")],
        auto="kept",
        violations=[
            (
                (
                    "INSERT INTO testapp_book (series, number, title, lent) "
                    "VALUES (1, 1, 'a', 0)"
                ),
                (
                    "INSERT INTO testapp_book (series, number, title, lent) "
                    "VALUES (1, 1, 'b', 1)"
                ),
                (
                    "INSERT INTO testapp_book (series, number, title, lent) "
                    "VALUES (1, 1, 'c', 0)"
                ),
            )
        ],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    (
                        "- testapp_book: UNIQUE (number) WHERE (lent = 0)"
                        " [number_of_present]"
                    ),
                )
            ),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H03",
        name="included_field_removed",
        history=[book(INCLUDING)],
        change=[[RemoveField("Book", "title")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "UNIQUE", ("number",), "number_title")],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.title",
                    "- testapp_book: UNIQUE (number) INCLUDE (title) [number_title]",
                )
            )
        },
    ),
    Scenario(
        hazard="H03",
        name="field_of_expression_removed",
        history=[book(OF_EXPRESSION)],
        change=[[RemoveField("Book", "title")]],
        flavours=("postgresql", "sqlite", "mysql"),
        lost=[Lost("testapp_book", "UNIQUE", ("number",), "title_number")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.title",
                    (
                        "- testapp_book: UNIQUE (number, expression of title)"
                        " [title_number]"
                    ),
                )
            ),
            "mysql": Harm(error="OperationalError: (3837"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H03",
        name="plain_member_beside_expression_removed",
        history=[book(OF_EXPRESSION)],
        change=[[RemoveField("Book", "number")]],
        flavours=("postgresql", "sqlite", "mysql"),
        lost=[Lost("testapp_book", "UNIQUE", ("number",), "title_number")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.number",
                    (
                        "- testapp_book: UNIQUE (number, expression of title)"
                        " [title_number]"
                    ),
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (expression of title) [title_number]",
                    "- column testapp_book.number",
                    (
                        "- testapp_book: UNIQUE (number, expression of title)"
                        " [title_number]"
                    ),
                )
            ),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H03",
        name="only_expression_of_index_made_by_hand",
        history=[book()],
        by_hand={"*": ["CREATE UNIQUE INDEX by_hand ON testapp_book (upper(title))"]},
        change=[[RemoveField("Book", "title")]],
        flavours=("postgresql", "sqlite"),
        lost=[Lost("testapp_book", "UNIQUE", (), "by_hand")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.title",
                    "- testapp_book: UNIQUE (expression of title) [by_hand]",
                )
            ),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H03",
        name="composite_foreign_key_made_by_hand",
        history=[book()],
        by_hand={
            "postgresql": [
                (
                    "CREATE TABLE place (series integer, number integer, "
                    "PRIMARY KEY (series, number))"
                ),
                (
                    "ALTER TABLE testapp_book ADD CONSTRAINT by_hand "
                    "FOREIGN KEY (series, number) REFERENCES place"
                ),
            ],
            "mysql|mariadb": [
                (
                    "CREATE TABLE place (series integer, number integer, "
                    "PRIMARY KEY (series, number))"
                ),
                (
                    "ALTER TABLE testapp_book ADD CONSTRAINT by_hand "
                    "FOREIGN KEY (series, number) REFERENCES place (series, number)"
                ),
            ],
        },
        change=[[RemoveField("Book", "series")]],
        flavours=("postgresql", "mysql", "mariadb"),
        lost=[Lost("testapp_book", "FOREIGN KEY", ("series", "number"), "by_hand")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    (
                        "- testapp_book: (series, number)"
                        " REFERENCES place (series, number) [by_hand]"
                    ),
                )
            ),
            "mysql": Harm(error="OperationalError: (1828"),
            "mariadb": Harm(error="OperationalError: (1553"),
        },
    ),
    Scenario(
        hazard="H03",
        name="conditional_unique_removed_first",
        history=[book(CONDITIONAL)],
        change=[
            [
                RemoveConstraint("Book", "number_of_present"),
                RemoveField("Book", "lent"),
            ]
        ],
        flavours=("postgresql", "sqlite"),
        harmless=True,
    ),
    Scenario(
        hazard="H03",
        name="field_beside_condition_removed",
        history=[
            book(
                CONDITIONAL,
                UniqueConstraint(Upper("title"), name="upper_title"),
            )
        ],
        change=[[RemoveField("Book", "series")]],
        flavours=("postgresql", "sqlite"),
        harmless=True,
    ),
)
