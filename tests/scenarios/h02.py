"""A member of a unique is removed that no migration knows of."""

from __future__ import annotations

from django.db.migrations import (
    AddConstraint,
    AddField,
    RemoveField,
    RunSQL,
)

from tests.harness import Harm, Lost, Scenario, here
from tests.scenarios.builders import create, integer, text, unique

BOOK = create("Book", series=integer(), number=integer(), title=text())
BY_HAND = {"*": ["CREATE UNIQUE INDEX by_hand ON testapp_book (series, number)"]}
DROPPED = {
    "mysql|mariadb": "DROP INDEX unwanted ON testapp_book",
    "*": "DROP INDEX unwanted",
}
LOST = Lost("testapp_book", "UNIQUE", ("series", "number"), "by_hand")
PLACE = unique("book_place", "series", "number")
MADE = "CREATE UNIQUE INDEX book_place ON testapp_book (series, number)"

SCENARIOS = (
    Scenario(
        hazard="H02",
        name="member_of_unique_made_by_hand_removed",
        history=[[BOOK]],
        by_hand=BY_HAND,
        change=[[RemoveField("Book", "series")]],
        lost=[LOST],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number) [by_hand]",
                    "- column testapp_book.series",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H02",
        name="unique_made_by_hand_over_removed_and_added_back",
        history=[[BOOK]],
        by_hand=BY_HAND,
        change=[[RemoveField("Book", "series"), AddField("Book", "series", integer())]],
        lost=[LOST],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'a')",
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 2, 'b')",
                "INSERT INTO testapp_book (series, number, title) VALUES (2, 1, 'c')",
                "INSERT INTO testapp_book (series, number, title) VALUES (1, 1, 'd')",
            )
        ],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                )
            ),
            "mysql": Harm(
                failing=2,
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (number) [by_hand]",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                ),
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        hazard="H02",
        name="unique_made_by_migrations_with_sql",
        history=[[BOOK, RunSQL(MADE.replace("book_place", "by_hand"))]],
        change=[[RemoveField("Book", "number")]],
        lost=[LOST],
        harm={
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.number",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (series) [by_hand]",
                    "- column testapp_book.number",
                    "- testapp_book: UNIQUE (series, number) [by_hand]",
                )
            ),
            "mariadb": Harm(error="OperationalError: (1072"),
            "sqlite": Harm(error="after drop column"),
        },
    ),
    Scenario(
        # The state forgets the constraint and the database does not.
        hazard="H02",
        name="unapplied_over_sql_without_reverse",
        history=[
            [create("Book", number=integer(), title=text())],
            [AddField("Book", "series", integer())],
            [
                RunSQL(
                    MADE,
                    RunSQL.noop,
                    state_operations=[AddConstraint("Book", PLACE)],
                )
            ],
        ],
        unapply=2,
        lost=[Lost("testapp_book", "UNIQUE", ("series", "number"), "book_place")],
        harm={
            "postgresql": Harm(
                changes=(
                    "- column testapp_book.series",
                    "- migration testapp.0002",
                    "- migration testapp.0003",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mysql": Harm(
                changes=(
                    "+ testapp_book: UNIQUE (number) [book_place]",
                    "- column testapp_book.series",
                    "- migration testapp.0002",
                    "- migration testapp.0003",
                    "- testapp_book: UNIQUE (series, number) [book_place]",
                )
            ),
            "mariadb": Harm(
                error="OperationalError: (1072", changes=("- migration testapp.0003",)
            ),
            "sqlite": Harm(
                error="after drop column", changes=("- migration testapp.0003",)
            ),
        },
    ),
    Scenario(
        hazard="H02",
        name="unique_made_by_hand_dropped_with_sql_first",
        history=[[BOOK]],
        by_hand={"*": [BY_HAND["*"][0].replace("by_hand", "unwanted")]},
        change=[[RunSQL(here(DROPPED, "")), RemoveField("Book", "series")]],
        harmless=True,
    ),
    Scenario(
        hazard="H02",
        name="field_beside_unique_made_by_hand_removed",
        history=[[BOOK]],
        by_hand=BY_HAND,
        change=[[RemoveField("Book", "title")]],
        harmless=True,
    ),
    Scenario(
        # It made rows quick to find, and promised nothing about them.
        hazard="H02",
        name="member_of_index_made_by_hand_removed",
        history=[[BOOK]],
        by_hand={"*": ["CREATE INDEX by_hand ON testapp_book (series, number)"]},
        change=[[RemoveField("Book", "series")]],
        # SQLite refuses to drop a column that any index names.
        flavours=("postgresql", "mariadb", "mysql"),
        harmless=True,
    ),
)
