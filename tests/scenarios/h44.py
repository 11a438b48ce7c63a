"""A constraint is declared that the database cannot make."""

from __future__ import annotations

from typing import Any

from django.db.migrations import (
    AddConstraint,
    AlterModelTable,
    DeleteModel,
    RemoveConstraint,
)
from django.db.models import Deferrable, F, Q, UniqueConstraint
from django.db.models.functions import Lower

from tests.harness import FLAVOURS, Harm, Lost, Scenario, Steps
from tests.scenarios.builders import create, integer, text

BOOK: dict[str, Any] = {
    "number": integer(null=True),
    "title": text(),
    "lent": integer(),
}
#: name -> the constraint, the flavours that cannot make it
CONSTRAINTS = {
    "condition": (
        UniqueConstraint(fields=["number"], condition=Q(lent=0), name="declared"),
        ("mysql", "mariadb"),
    ),
    "include": (
        UniqueConstraint(fields=["number"], include=["title"], name="declared"),
        ("mysql", "mariadb", "sqlite"),
    ),
    "deferrable": (
        UniqueConstraint(
            fields=["number"], deferrable=Deferrable.DEFERRED, name="declared"
        ),
        ("mysql", "mariadb", "sqlite"),
    ),
    "nulls_not_distinct": (
        UniqueConstraint(fields=["number"], nulls_distinct=False, name="declared"),
        ("mysql", "mariadb", "sqlite"),
    ),
    "expression": (
        UniqueConstraint(Lower("title"), F("number"), name="declared"),
        ("mariadb",),
    ),
}

#: What comes and goes within one plan promises nothing at its end.
PASSING: dict[str, Steps] = {
    "added_and_removed_again": [
        [AddConstraint("Book", CONSTRAINTS["condition"][0])],
        [AlterModelTable("Book", "volumes")],
        [RemoveConstraint("Book", "declared")],
    ],
    "replaced_under_its_name": [
        [AddConstraint("Book", CONSTRAINTS["condition"][0])],
        [RemoveConstraint("Book", "declared")],
        [AddConstraint("Book", UniqueConstraint(fields=["number"], name="declared"))],
    ],
    "made_with_a_table_that_is_deleted_again": [
        [
            create(
                "Shelf",
                options={"constraints": [CONSTRAINTS["condition"][0]]},
                **BOOK,
            )
        ],
        [DeleteModel("Shelf")],
    ],
}

SCENARIOS = tuple(
    scenario
    for name, (constraint, without) in CONSTRAINTS.items()
    for scenario in (
        Scenario(
            hazard="H44",
            name=f"{name}_added_where_it_cannot_be",
            history=[[create("Book", **BOOK)]],
            change=[[AddConstraint("Book", constraint)]],
            flavours=without,
            lost=[Lost("testapp_book", "UNIQUE", tuple(constraint.fields), "declared")],
            auto="warned",
            harm={"*": Harm(changes=("+ migration testapp.0002",))},
        ),
        Scenario(
            hazard="H44",
            name=f"{name}_created_where_it_cannot_be",
            history=[[create("Shelf", number=integer())]],
            change=[[create("Book", options={"constraints": [constraint]}, **BOOK)]],
            flavours=without,
            lost=[Lost("testapp_book", "UNIQUE", tuple(constraint.fields), "declared")],
            auto="warned",
            harm={
                "*": Harm(changes=("+ migration testapp.0002", "+ table testapp_book"))
            },
        ),
        Scenario(
            hazard="H44",
            name=f"{name}_added_where_it_can_be",
            history=[[create("Book", **BOOK)]],
            change=[[AddConstraint("Book", constraint)]],
            flavours=tuple(each for each in FLAVOURS if each not in without),
            harmless=True,
        ),
    )
)

SCENARIOS += tuple(
    Scenario(
        hazard="H44",
        name=name,
        history=[[create("Book", **BOOK)]],
        change=change,
        flavours=("mysql", "mariadb"),
        harmless=True,
    )
    for name, change in PASSING.items()
)
