"""A column changes its type under what uses it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations import AlterField, RemoveField, RunSQL
from django.db.models import F

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, text

BOOK = create("Book", number=integer(), title=text())
VIEW = "CREATE VIEW recent AS SELECT id, title FROM testapp_book"
OVER_VIEW = "CREATE VIEW newest AS SELECT title FROM recent"
DROP = "DROP VIEW recent CASCADE"
LONGER = AlterField("Book", "title", models.CharField(max_length=60, default=""))
WIDER = AlterField("Book", "number", models.BigIntegerField(default=0))
LONGER_COLUMN = (
    "~ column testapp_book.title: varchar(30) NOT NULL -> varchar(60) NOT NULL"
)
#: A book whose number is read by a column that the database computes.
COMPUTED = create(
    "Book",
    number=integer(),
    title=text(),
    double=models.GeneratedField(
        expression=F("number") + F("number"),
        output_field=models.IntegerField(),
        db_persist=True,
    ),
)


def held(name: str, *change: list[Any], **options: Any) -> Scenario:
    options = {"flavours": ("postgresql",), "history": [[BOOK]], **options}
    return Scenario(hazard="H53", name=name, change=change, **options)


SCENARIOS = (
    held(
        "view",
        [LONGER],
        by_hand={"*": [VIEW]},
        lost=[Lost("testapp_book", "", ("title",), "view recent")],
        harm={"*": Harm(error="cannot alter type of a column used by a view")},
    ),
    held(
        "generated_column",
        [WIDER],
        history=[[COMPUTED]],
        lost=[Lost("testapp_book", "", ("number",), "generated column double")],
        harm={"*": Harm(error="cannot alter type of a column used by a generated")},
    ),
    held(
        "view_elsewhere",
        [LONGER],
        flavours=("mysql", "mariadb"),
        by_hand={"*": [VIEW]},
        harmless=True,
    ),
    held(
        "generated_column_elsewhere",
        [WIDER],
        flavours=("sqlite", "mysql", "mariadb"),
        history=[[COMPUTED]],
        harmless=True,
    ),
    held("view_of_another_column", [WIDER], by_hand={"*": [VIEW]}, harmless=True),
    held(
        "view_and_a_change_that_keeps_the_type",
        [AlterField("Book", "title", text(null=True))],
        by_hand={"*": [VIEW]},
        harmless=True,
    ),
    held(
        "generated_column_removed_before",
        [RemoveField("Book", "double"), WIDER],
        history=[[COMPUTED]],
        harmless=True,
    ),
    held(
        "view_dropped_before",
        [RunSQL("DROP VIEW recent"), LONGER, RunSQL(VIEW)],
        by_hand={"*": [VIEW]},
        harmless=True,
    ),
    held(
        "views_dropped_before_at_once",
        [RunSQL(DROP), LONGER],
        by_hand={"*": [VIEW, OVER_VIEW]},
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: view recent",
                    LONGER_COLUMN,
                )
            )
        },
        harmless=True,
    ),
)
