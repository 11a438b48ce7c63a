"""A field stops being unique, or indexed, and takes more with it than was its own."""

from __future__ import annotations

from django.db.migrations import AlterField
from django.db.models import Index

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, text, unique

UNIQUE = create("Book", code=text(unique=True), title=text())
INDEXED = create("Book", code=text(db_index=True), title=text())
LOST = Lost("testapp_book", "UNIQUE", ("code",), "by_hand")
TWICE = (
    "INSERT INTO testapp_book (code, title) VALUES ('a', 'a')",
    "INSERT INTO testapp_book (code, title) VALUES ('a', 'b')",
)

SCENARIOS = (
    Scenario(
        hazard="H14",
        name="second_unique_made_by_hand",
        history=[[UNIQUE]],
        by_hand={"*": ["CREATE UNIQUE INDEX by_hand ON testapp_book (code)"]},
        change=[[AlterField("Book", "code", text())]],
        lost=[LOST],
        # PostgreSQL knows it as no constraint, and Django drops it as one.
        auto="kept",
        violations=[TWICE],
        harm={
            "postgresql": Harm(
                error='ProgrammingError: constraint "by_hand" of relation'
            ),
            "mysql|mariadb|sqlite": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (code)",
                    "- testapp_book: UNIQUE (code) [by_hand]",
                )
            ),
        },
    ),
    Scenario(
        hazard="H14",
        name="second_unique_constraint_made_by_hand",
        history=[[UNIQUE]],
        by_hand={
            "*": ["ALTER TABLE testapp_book ADD CONSTRAINT by_hand UNIQUE (code)"]
        },
        change=[[AlterField("Book", "code", text())]],
        flavours=("postgresql", "mariadb", "mysql"),
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (code)",
                    "- testapp_book: UNIQUE (code) [by_hand]",
                )
            )
        },
    ),
    Scenario(
        hazard="H14",
        name="unique_made_by_hand_of_an_indexed_field",
        history=[[INDEXED]],
        by_hand={"*": ["CREATE UNIQUE INDEX by_hand ON testapp_book (code)"]},
        change=[[AlterField("Book", "code", text())]],
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (code) [by_hand]",
                )
            )
        },
    ),
    Scenario(
        # It made rows quick to find, and promised nothing about them.
        hazard="H14",
        name="plain_index_made_by_hand_of_an_indexed_field",
        history=[[INDEXED]],
        by_hand={"*": ["CREATE INDEX quick ON testapp_book (code)"]},
        change=[[AlterField("Book", "code", text())]],
        harmless=True,
        shows_indexes=True,
        harm={
            # PostgreSQL has one for LIKE, too.
            "postgresql": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: INDEX (code)",
                    "- testapp_book: INDEX (code)",
                    "- testapp_book: INDEX (code) [quick]",
                )
            ),
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: INDEX (code)",
                    "- testapp_book: INDEX (code) [quick]",
                )
            ),
        },
    ),
    Scenario(
        hazard="H14",
        name="unique_of_the_options_beside_a_unique_field",
        history=[
            [
                create(
                    "Book",
                    code=text(unique=True),
                    title=text(),
                    options={
                        "constraints": [unique("codes", "code")],
                        "indexes": [Index(fields=["code"], name="quick_codes")],
                    },
                )
            ]
        ],
        change=[[AlterField("Book", "code", text())]],
        harmless=True,
    ),
    Scenario(
        hazard="H14",
        name="unique_field_becomes_plain",
        history=[[UNIQUE]],
        change=[[AlterField("Book", "code", text())]],
        harmless=True,
    ),
    Scenario(
        hazard="H14",
        name="unique_of_several_columns_made_by_hand",
        history=[[create("Book", code=text(unique=True), title=text())]],
        by_hand={"*": ["CREATE UNIQUE INDEX by_hand ON testapp_book (code, title)"]},
        change=[[AlterField("Book", "code", text())]],
        # SQLite rebuilds the table: see H40.
        flavours=("postgresql", "mariadb", "mysql"),
        harmless=True,
    ),
)
