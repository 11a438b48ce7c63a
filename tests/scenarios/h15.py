"""A loss that the state wants: H15."""

from __future__ import annotations

from django.db.migrations import AddField, AlterField
from django.db.models import CASCADE, BigIntegerField, OneToOneField

from tests.harness import Harm, Scenario
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"), number=integer())

SCENARIOS = (
    Scenario(
        hazard="H15",
        name="constraint_switched_off",
        history=[[AUTHOR, BOOK]],
        change=[[AlterField("Book", "author", key("Author", db_constraint=False))]],
        auto="allowed",
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H15",
        name="foreign_key_becomes_a_number",
        history=[[AUTHOR, BOOK]],
        change=[[AlterField("Book", "author", BigIntegerField(db_column="author_id"))]],
        auto="allowed",
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H15",
        name="one_to_one_becomes_foreign_key",
        history=[
            [
                AUTHOR,
                create(
                    "Book",
                    author=OneToOneField("testapp.author", CASCADE),
                    number=integer(),
                ),
            ]
        ],
        change=[[AlterField("Book", "author", key("Author"))]],
        auto="allowed",
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (author_id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H15",
        name="constraint_switched_on",
        history=[
            [
                AUTHOR,
                create(
                    "Book", author=key("Author", db_constraint=False), number=integer()
                ),
            ]
        ],
        change=[[AlterField("Book", "author", key("Author"))]],
        harmless=True,
    ),
    Scenario(
        hazard="H15",
        name="loose_foreign_key_added",
        history=[[AUTHOR, BOOK]],
        change=[
            [
                AddField(
                    "Book",
                    "editor",
                    key(
                        "Author", db_constraint=False, null=True, related_name="edited"
                    ),
                )
            ]
        ],
        harmless=True,
    ),
)
