"""Names of constraints are longer than the server's."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddConstraint, RemoveConstraint
from django.db.models import Q

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, unique

#: 63 characters, which the names have in common.
STEM = "library_book_has_a_number_or_a_series_but_never_both_of_the_two"
BOOK = create("Book", number=integer(), series=integer())


def check(end: str, field: str = "number") -> models.CheckConstraint:
    condition = Q((f"{field}__gte", 0))
    return models.CheckConstraint(condition=condition, name=f"{STEM}{end}")


FIRST = AddConstraint("Book", check("_first"))
SECOND = AddConstraint("Book", check("_second", "series"))
TWINS = create(
    "Book",
    number=integer(),
    series=integer(),
    options={"constraints": [check("_first"), check("_second", "series")]},
)
ALIKE = [Lost("testapp_book", "CHECK", ("series",), f"{STEM}_second")]
TOO_LONG = Harm(error="OperationalError: (1059")
SCENARIOS = (
    Scenario(
        hazard="H32",
        name="names_cut_alike",
        flavours=("postgresql", "mysql", "mariadb"),
        history=[[BOOK]],
        change=[[FIRST, SECOND]],
        lost=ALIKE,
        harm={
            "postgresql": Harm(error="already exists"),
            "mysql|mariadb": TOO_LONG,
        },
    ),
    Scenario(
        hazard="H32",
        name="names_cut_alike_in_two_plans",
        flavours=("postgresql",),
        history=[[BOOK], [FIRST]],
        change=[[SECOND]],
        lost=ALIKE,
        harm={"postgresql": Harm(error="already exists")},
    ),
    Scenario(
        hazard="H32",
        name="names_cut_alike_in_a_new_table",
        flavours=("postgresql", "mysql", "mariadb"),
        history=[],
        change=[[TWINS]],
        lost=ALIKE,
        harm={
            "postgresql": Harm(error="already exists"),
            "mysql|mariadb": TOO_LONG,
        },
    ),
    Scenario(
        hazard="H32",
        name="name_cut_alone",
        flavours=("postgresql", "sqlite"),
        history=[[BOOK]],
        change=[[FIRST]],
        harmless=True,
    ),
    Scenario(
        hazard="H32",
        name="name_free_again",
        flavours=("postgresql", "sqlite"),
        history=[[BOOK], [FIRST]],
        change=[[RemoveConstraint("Book", f"{STEM}_first"), SECOND]],
        harmless=True,
    ),
    Scenario(
        hazard="H32",
        name="names_as_long_as_they_may_be",
        history=[[BOOK]],
        change=[
            [AddConstraint("Book", check(""))],
            [AddConstraint("Book", unique(f"{STEM[:-1]}s", "number"))],
        ],
        harmless=True,
    ),
)
