"""SQLite rebuilds a table, and keeps what the state knows of it."""

from __future__ import annotations

from typing import Any

from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    AlterUniqueTogether,
    RemoveConstraint,
    RemoveField,
    RenameField,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import IntegerField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text, unique

AUTHOR = create("Author", name=text())
FIELDS: dict[str, Any] = {
    "number": integer(),
    "title": text(),
    "author": key("Author", null=True),
}
BOOK = create("Book", options={"constraints": [unique("titles", "title")]}, **FIELDS)
UNIQUE = ["CREATE UNIQUE INDEX by_hand ON testapp_book (number)"]
PARTIAL = ["CREATE UNIQUE INDEX by_hand ON testapp_book (number) WHERE number > 0"]
TRIGGER = [
    (
        "CREATE TRIGGER by_hand BEFORE INSERT ON testapp_book WHEN NEW.number < 0 "
        "BEGIN SELECT RAISE(ABORT, 'negative'); END"
    )
]
TWICE = (
    "INSERT INTO testapp_book (number, title) VALUES (1, 'a')",
    "INSERT INTO testapp_book (number, title) VALUES (1, 'b')",
)
NEGATIVE = ("INSERT INTO testapp_book (number, title) VALUES (-1, 'a')",)
LOST = [Lost("testapp_book", "UNIQUE", ("number",), "by_hand")]
ALTERED = AlterField("Book", "title", text(db_index=True))


def rebuilt(name: str, *change: Operation, **options: Any) -> Scenario:
    """Return a scenario with a unique index that only the database knows of."""
    options = {
        "by_hand": {"*": UNIQUE},
        "lost": LOST,
        "violations": [TWICE],
        "auto": "kept",
        **options,
    }
    return Scenario(
        hazard="H40",
        name=name,
        history=[[AUTHOR, BOOK]],
        change=[change],
        flavours=("sqlite",),
        **options,
    )


# The table itself was made by hand, with more than the state has.
MADE_BY_HAND = [
    (
        'CREATE TABLE "testapp_book" ('
        '"id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, '
        '"number" integer NOT NULL CONSTRAINT "by_hand" CHECK ("number" >= 0), '
        '"title" varchar(30) NOT NULL UNIQUE, '
        '"author_id" bigint NULL REFERENCES "testapp_author" ("id") ON DELETE CASCADE)'
    ),
]

SCENARIOS = (
    rebuilt(
        "unique_made_by_hand_over_altered_field",
        ALTERED,
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "partial_unique_made_by_hand_over_altered_field",
        ALTERED,
        by_hand={"*": PARTIAL},
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (number) WHERE number > 0 [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "trigger_made_by_hand_over_altered_field",
        ALTERED,
        by_hand={"*": TRIGGER},
        lost=[Lost("testapp_book", "TRIGGER", (), "by_hand")],
        violations=[NEGATIVE],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: TRIGGER by_hand [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "unique_made_by_hand_over_field_added",
        AddField("Book", "pages", integer()),
        violations=[
            (
                "INSERT INTO testapp_book (number, title, pages) VALUES (1, 'a', 1)",
                "INSERT INTO testapp_book (number, title, pages) VALUES (1, 'b', 1)",
            )
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ column testapp_book.pages",
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "unique_made_by_hand_over_nullable_field_with_default",
        AddField("Book", "pages", integer(null=True)),
        harm={
            "*": Harm(
                changes=(
                    "+ column testapp_book.pages",
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "unique_made_by_hand_over_constraint_added",
        AddConstraint("Book", unique("both", "title", "author")),
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: UNIQUE (title, author_id) [both]",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                )
            )
        },
    ),
    rebuilt(
        "unique_made_by_hand_over_constraint_removed",
        RemoveConstraint("Book", "titles"),
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                    "- testapp_book: UNIQUE (title) [titles]",
                )
            )
        },
    ),
    rebuilt(
        "unique_together_added_without_a_rebuild",
        AlterUniqueTogether("Book", {("title", "author")}),
        harmless=True,
    ),
    rebuilt(
        "unique_made_by_hand_over_foreign_key_removed",
        RemoveField("Book", "author"),
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.author_id",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: UNIQUE (number) [by_hand]",
                )
            )
        },
    ),
    Scenario(
        hazard="H40",
        name="table_made_by_hand_over_altered_field",
        history=[
            [
                AUTHOR,
                SeparateDatabaseAndState(state_operations=[create("Book", **FIELDS)]),
            ]
        ],
        by_hand={"*": MADE_BY_HAND},
        change=[[ALTERED]],
        flavours=("sqlite",),
        lost=[
            Lost("testapp_book", "CHECK", ("number",), "by_hand"),
            Lost("testapp_book", "UNIQUE", ("title",)),
            Lost("testapp_book", "FOREIGN KEY", ("author_id",)),
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: CHECK (number) [by_hand]",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " ON DELETE CASCADE"
                    ),
                    "- testapp_book: UNIQUE (title)",
                )
            )
        },
    ),
    rebuilt(
        "nullable_field_added_without_a_rebuild",
        AddField("Book", "pages", IntegerField(null=True)),
        harmless=True,
    ),
    rebuilt(
        "field_renamed_without_a_rebuild",
        RenameField("Book", "title", "name"),
        harmless=True,
    ),
    rebuilt(
        "plain_field_of_another_table_altered",
        AlterField("Author", "name", text(unique=True)),
        harmless=True,
    ),
    rebuilt(
        "rebuilt_as_the_state_knows_it",
        ALTERED,
        by_hand={},
        harmless=True,
    ),
)
