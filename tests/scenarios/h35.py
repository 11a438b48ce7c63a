"""A session checks no foreign keys."""

from __future__ import annotations

from django.db.migrations import AddField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"))
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
SERVERS = ("mysql", "mariadb")
OFF = "SET foreign_key_checks = 0"
REPLICA = "SET session_replication_role = replica"

SCENARIOS = (
    Scenario(
        hazard="H35",
        name="table_made_in_a_session_without_checks",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [OFF]},
        change=[[BOOK]],
        lost=[LOST],
        violations=[["INSERT INTO testapp_book (author_id) VALUES (7)"]],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_book",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H35",
        name="column_made_in_a_session_without_checks",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", number=integer())]],
        by_hand={"*": [OFF]},
        change=[[AddField("Book", "author", key("Author", null=True))]],
        lost=[LOST],
        harm={
            "*": Harm(
                changes=(
                    "+ column testapp_book.author_id",
                    "+ migration testapp.0002",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H35",
        name="table_made_by_a_replica",
        flavours=("postgresql",),
        history=[[AUTHOR]],
        by_hand={"*": [REPLICA]},
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_book",
                    "+ testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H35",
        name="nothing_to_check",
        flavours=(*SERVERS, "postgresql"),
        history=[[AUTHOR]],
        by_hand={"mysql|mariadb": [OFF], "postgresql": [REPLICA]},
        change=[[create("Shelf", number=integer())]],
        harmless=True,
    ),
)
