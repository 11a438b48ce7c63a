"""A generated field is changed as Django advises: removed, and added again."""

from __future__ import annotations

from django.db.migrations import AddField, RemoveField
from django.db.models import F, GeneratedField, IntegerField
from django.db.models.expressions import CombinedExpression

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, unique


def generated(expression: CombinedExpression) -> GeneratedField:
    return GeneratedField(
        expression=expression, output_field=IntegerField(), db_persist=True
    )


FIELDS = {
    "price": integer(),
    "amount": integer(),
    "shelf": integer(),
    "total": generated(F("price") * F("amount")),
}
CONSTRAINED = create(
    "Book", options={"constraints": [unique("total_shelf", "total", "shelf")]}, **FIELDS
)
NEW = generated(F("price") + F("amount"))
LOST = Lost("testapp_book", "UNIQUE", ("total", "shelf"), "total_shelf")
# The new sum is the same in the first row and the last.
TWICE = (
    "INSERT INTO testapp_book (price, amount, shelf) VALUES (1, 4, 1)",
    "INSERT INTO testapp_book (price, amount, shelf) VALUES (2, 2, 1)",
    "INSERT INTO testapp_book (price, amount, shelf) VALUES (1, 4, 2)",
    "INSERT INTO testapp_book (price, amount, shelf) VALUES (2, 3, 1)",
)

SCENARIOS = (
    Scenario(
        hazard="H05",
        name="generated_field_removed_and_added_back",
        history=[[CONSTRAINED]],
        change=[[RemoveField("Book", "total"), AddField("Book", "total", NEW)]],
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                )
            ),
            "mysql": Harm(
                failing=1,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (shelf) [total_shelf]",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H05",
        name="generated_field_replaced_in_two_migrations",
        history=[[CONSTRAINED]],
        change=[[RemoveField("Book", "total")], [AddField("Book", "total", NEW)]],
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                )
            ),
            "mysql": Harm(
                failing=1,
                changes=(
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "+ testapp_book: UNIQUE (shelf) [total_shelf]",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H05",
        name="generated_field_becomes_a_plain_one",
        history=[[CONSTRAINED]],
        change=[[RemoveField("Book", "total"), AddField("Book", "total", integer())]],
        lost=[LOST],
        auto="kept",
        violations=[
            (
                (
                    "INSERT INTO testapp_book (price, amount, shelf, total) "
                    "VALUES (1, 1, 1, 1)"
                ),
                (
                    "INSERT INTO testapp_book (price, amount, shelf, total) "
                    "VALUES (1, 1, 1, 2)"
                ),
                (
                    "INSERT INTO testapp_book (price, amount, shelf, total) "
                    "VALUES (2, 2, 1, 1)"
                ),
            )
        ],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                    "- testapp_book: generated column total",
                    (
                        "~ column testapp_book.total: int GENERATED stored"
                        " -> int NOT NULL"
                    ),
                )
            ),
            "mysql": Harm(
                failing=1,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (shelf) [total_shelf]",
                    "- testapp_book: UNIQUE (total, shelf) [total_shelf]",
                    (
                        "~ column testapp_book.total: int GENERATED stored"
                        " -> int NOT NULL"
                    ),
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H05",
        name="unconstrained_generated_field_replaced",
        history=[
            [
                create(
                    "Book",
                    options={"constraints": [unique("price_shelf", "price", "shelf")]},
                    **FIELDS,
                )
            ]
        ],
        change=[[RemoveField("Book", "total"), AddField("Book", "total", NEW)]],
        harmless=True,
    ),
)
