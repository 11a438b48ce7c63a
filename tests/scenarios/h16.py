"""The unique is removed that a foreign key needs."""

from __future__ import annotations

from django.db.migrations import AddConstraint, AlterField, RemoveConstraint

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text, unique

AUTHOR = create("Author", code=text(unique=True), name=text())
BOOK = create("Book", author=key("Author", to_field="code"), number=integer())
CONSTRAINED = create(
    "Author",
    code=text(),
    name=text(),
    options={"constraints": [unique("codes", "code")]},
)
LOST = Lost("testapp_author", "UNIQUE", ("code",))
LOST_KEY = Lost("testapp_book", "FOREIGN KEY", ("author_id",))

SCENARIOS = (
    Scenario(
        hazard="H16",
        name="referenced_field_stops_being_unique",
        history=[[AUTHOR, BOOK]],
        change=[[AlterField("Author", "code", text())]],
        lost=[LOST_KEY],
        harm={
            "postgresql": Harm(error="InternalError: cannot drop constraint"),
            "mysql|mariadb": Harm(error="OperationalError: (1553"),
            "sqlite": Harm(
                error='OperationalError: foreign key mismatch - "testapp_book"'
            ),
        },
    ),
    Scenario(
        hazard="H16",
        name="referenced_field_keeps_a_plain_index",
        history=[[AUTHOR, BOOK]],
        by_hand={"*": ["CREATE INDEX by_hand ON testapp_author (code, name)"]},
        change=[[AlterField("Author", "code", text())]],
        flavours=("mariadb", "mysql"),
        lost=[LOST_KEY],
        harm={
            "mysql": Harm(error="OperationalError: (1553"),
            "mariadb": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_author: UNIQUE (code)",
                )
            ),
        },
    ),
    Scenario(
        hazard="H16",
        name="unique_removed_in_a_session_without_checks",
        history=[[AUTHOR, BOOK]],
        by_hand={"*": ["SET foreign_key_checks = 0"]},
        change=[[AlterField("Author", "code", text())]],
        flavours=("mariadb", "mysql"),
        lost=[LOST_KEY],
        harm={
            "mysql": Harm(error="OperationalError: (1553"),
            "mariadb": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_author: UNIQUE (code)",
                )
            ),
        },
    ),
    Scenario(
        hazard="H16",
        name="referenced_constraint_removed",
        history=[[CONSTRAINED, BOOK]],
        change=[[RemoveConstraint("Author", "codes")]],
        lost=[LOST_KEY],
        harm={
            "postgresql": Harm(
                error="InternalError: cannot drop constraint codes on table"
            ),
            "mysql|mariadb": Harm(error="OperationalError: (1553"),
            "sqlite": Harm(
                error='OperationalError: foreign key mismatch - "testapp_book"'
            ),
        },
    ),
    Scenario(
        hazard="H16",
        name="foreign_key_moved_to_another_column_first",
        history=[[create("Author", code=integer(unique=True)), BOOK]],
        change=[
            [AlterField("Book", "author", key("Author", to_field="id"))],
            [AlterField("Author", "code", integer())],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H16",
        name="unreferenced_constraint_removed",
        history=[[CONSTRAINED, create("Book", author=key("Author"))]],
        change=[
            [
                RemoveConstraint("Author", "codes"),
                AddConstraint("Author", unique("names", "name")),
            ]
        ],
        harmless=True,
    ),
)
