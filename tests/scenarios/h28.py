"""UUIDs are stored natively at one end of a foreign key, and as text at the other."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AlterField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, key, retyped
from tests.scenarios.h26 import DEFAULT

AUTHOR = create("Author", id=models.UUIDField(primary_key=True))
BOOK = create("Book", author=key("Author"))
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
ID = "0123456789abcdef0123456789abcdef"

SCENARIOS = (
    Scenario(
        hazard="H28",
        name="referenced_column_from_before",
        flavours=("mariadb", "postgresql"),
        history=[[AUTHOR]],
        by_hand={
            "mariadb": ["ALTER TABLE testapp_author MODIFY id char(32) NOT NULL"],
            "postgresql": ["ALTER TABLE testapp_author ALTER id TYPE char(32)"],
        },
        change=[[BOOK]],
        lost=[LOST],
        auto={"mariadb": "kept", "postgresql": "refused"},
        violations=[
            [
                f"INSERT INTO testapp_author (id) VALUES ('{ID}')",
                f"INSERT INTO testapp_book (author_id) VALUES ('{ID}')",
                f"INSERT INTO testapp_book (author_id) VALUES ('{ID[::-1]}')",
            ]
        ],
        harm={
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
            "postgresql": Harm(error="ProgrammingError: foreign key constraint"),
        },
    ),
    Scenario(
        hazard="H28",
        name="foreign_key_from_before_is_altered",
        flavours=("mariadb",),
        history=[[AUTHOR, create("Book", author=key("Author", null=True))]],
        by_hand={"*": retyped("char(32)")},
        change=[[AlterField("Book", "author", key("Author"))]],
        lost=[LOST],
        auto="kept",
        violations=[[f"INSERT INTO testapp_book (author_id) VALUES ('{ID}')"]],
        harm={
            "*": Harm(
                error="OperationalError: (1005",
                changes=(
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    (
                        "~ column testapp_book.author_id: "
                        f"char(32) COLLATE {DEFAULT} -> uuid NOT NULL COLLATE "
                    ),
                ),
            )
        },
    ),
    Scenario(
        hazard="H28",
        name="both_alike",
        flavours=("mysql", "mariadb", "postgresql"),
        history=[[AUTHOR]],
        change=[[BOOK]],
        harmless=True,
    ),
    Scenario(
        hazard="H28",
        name="text_of_another_length",
        flavours=("mysql",),
        history=[[AUTHOR]],
        by_hand={"*": ["ALTER TABLE testapp_author MODIFY id varchar(36) NOT NULL"]},
        change=[[BOOK]],
        harmless=True,
    ),
)
