"""A column of a check over several columns is removed or renamed."""

from __future__ import annotations

from django.db.migrations import AddField, RemoveConstraint, RemoveField, RenameField
from django.db.models import CheckConstraint, F, PositiveIntegerField, Q

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, text

BOOK = create(
    "Book",
    low=integer(),
    high=integer(),
    title=text(),
    options={
        "constraints": [CheckConstraint(condition=Q(low__lte=F("high")), name="range")]
    },
)
LOST = Lost("testapp_book", "CHECK", ("high", "low"), "range")
REVERSED = (
    "INSERT INTO testapp_book (low, high, title) VALUES (1, 2, 'a')",
    "INSERT INTO testapp_book (low, high, title) VALUES (2, 1, 'b')",
)

SCENARIOS = (
    Scenario(
        hazard="H04",
        name="field_of_check_removed",
        history=[[BOOK]],
        change=[[RemoveField("Book", "low")]],
        lost=[LOST],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.low",
                    "- testapp_book: CHECK (high, low) [range]",
                )
            ),
            "mysql": Harm(error="OperationalError: (3959"),
            "mariadb": Harm(error="OperationalError: (1054"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H04",
        name="field_of_check_removed_and_added_back",
        history=[[BOOK]],
        change=[[RemoveField("Book", "low"), AddField("Book", "low", integer())]],
        lost=[LOST],
        auto="kept",
        violations=[REVERSED],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: CHECK (high, low) [range]",
                )
            ),
            "mysql": Harm(error="OperationalError: (3959"),
            "mariadb": Harm(error="OperationalError: (1054"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H04",
        name="check_removed_behind_its_field",
        history=[[BOOK]],
        change=[[RemoveField("Book", "low")], [RemoveConstraint("Book", "range")]],
        lost=[LOST],
        auto="kept",
        harm={
            "postgresql": Harm(
                error='ProgrammingError: constraint "range" of relation',
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.low",
                    "- testapp_book: CHECK (high, low) [range]",
                ),
            ),
            "mysql": Harm(error="OperationalError: (3959"),
            "mariadb": Harm(error="OperationalError: (1054"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H04",
        name="field_of_check_made_by_hand_removed",
        history=[[create("Book", low=integer(), high=integer(), title=text())]],
        by_hand={
            "*": ["ALTER TABLE testapp_book ADD CONSTRAINT by_hand CHECK (low <= high)"]
        },
        change=[[RemoveField("Book", "high")]],
        flavours=("postgresql", "mariadb", "mysql"),
        lost=[Lost("testapp_book", "CHECK", ("high", "low"), "by_hand")],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.high",
                    "- testapp_book: CHECK (high, low) [by_hand]",
                )
            ),
            "mysql": Harm(error="OperationalError: (3959"),
            "mariadb": Harm(error="OperationalError: (1054"),
        },
    ),
    Scenario(
        hazard="H04",
        name="field_of_check_renamed",
        history=[[BOOK]],
        change=[[RenameField("Book", "low", "least")]],
        flavours=("mysql",),
        lost=[LOST],
        auto="kept",
        violations=[tuple(each.replace("low", "least") for each in REVERSED)],
        harm={"*": Harm(error="OperationalError: (3959")},
    ),
    Scenario(
        # These servers write the new name into the condition themselves.
        hazard="H04",
        name="field_of_check_renamed_where_the_check_follows",
        history=[[BOOK]],
        change=[[RenameField("Book", "low", "least")]],
        flavours=("postgresql", "mariadb", "sqlite"),
        harmless=True,
    ),
    Scenario(
        hazard="H04",
        name="check_removed_first",
        history=[[BOOK]],
        change=[[RemoveConstraint("Book", "range"), RemoveField("Book", "low")]],
        harmless=True,
    ),
    Scenario(
        hazard="H04",
        name="field_with_a_check_of_its_own_removed",
        history=[[create("Book", pages=PositiveIntegerField(default=0), title=text())]],
        change=[[RemoveField("Book", "pages")]],
        harmless=True,
    ),
)
