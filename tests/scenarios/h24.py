"""A table's engine has no foreign keys."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"))
ADDED = AddField("Book", "author", key("Author", null=True))
ORPHANS = [
    [
        "INSERT INTO testapp_author (id, name) VALUES (1, '')",
        "INSERT INTO testapp_book (author_id) VALUES (1)",
        "INSERT INTO testapp_book (author_id) VALUES (7)",
    ]
]
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
MYISAM = "SET default_storage_engine = MyISAM"
SERVERS = ("mysql", "mariadb")

SCENARIOS = (
    Scenario(
        hazard="H24",
        name="default_engine_without_foreign_keys",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [MYISAM]},
        change=[[BOOK]],
        lost=[LOST],
        auto="kept",
        violations=ORPHANS,
        harm={"*": Harm(changes=("+ migration testapp.0002", "+ table testapp_book"))},
    ),
    Scenario(
        hazard="H24",
        name="both_tables_made_with_that_default",
        flavours=SERVERS,
        history=[[create("Shelf", name=text())]],
        by_hand={"*": [MYISAM]},
        change=[[AUTHOR, BOOK]],
        lost=[LOST],
        auto="kept",
        violations=ORPHANS,
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_author",
                    "+ table testapp_book",
                )
            )
        },
    ),
    Scenario(
        hazard="H24",
        name="join_table_made_with_that_default",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", number=integer())]],
        by_hand={"*": [MYISAM]},
        change=[
            [AddField("Book", "authors", models.ManyToManyField("testapp.Author"))]
        ],
        lost=[Lost("testapp_book_authors", "FOREIGN KEY", ("author_id",))],
        auto="kept",
        violations=[
            [
                "INSERT INTO testapp_author (id, name) VALUES (1, '')",
                "INSERT INTO testapp_book (id, number) VALUES (1, 1)",
                "INSERT INTO testapp_book_authors (book_id, author_id) VALUES (1, 1)",
                "INSERT INTO testapp_book_authors (book_id, author_id) VALUES (1, 7)",
            ]
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_book_authors",
                    "+ testapp_book_authors: UNIQUE (book_id, author_id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H24",
        name="existing_table_without_foreign_keys",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", number=integer())]],
        by_hand={"*": ["ALTER TABLE testapp_book ENGINE = MyISAM"]},
        change=[[ADDED]],
        lost=[LOST],
        violations=[
            [
                "INSERT INTO testapp_author (id, name) VALUES (1, '')",
                "INSERT INTO testapp_book (number, author_id) VALUES (1, 1)",
                "INSERT INTO testapp_book (number, author_id) VALUES (1, 7)",
            ]
        ],
        harm={
            "*": Harm(
                changes=("+ column testapp_book.author_id", "+ migration testapp.0002")
            )
        },
    ),
    Scenario(
        # MariaDB alone has this; a table's own ENGINE does not help against it.
        hazard="H24",
        name="engine_without_foreign_keys_is_enforced",
        flavours=("mariadb",),
        history=[[AUTHOR]],
        by_hand={"*": ["SET enforce_storage_engine = MyISAM", MYISAM]},
        change=[[BOOK]],
        lost=[LOST],
        harm={"*": Harm(changes=("+ migration testapp.0002", "+ table testapp_book"))},
    ),
    Scenario(
        hazard="H24",
        name="tables_without_foreign_keys_made_with_that_default",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [MYISAM]},
        change=[[create("Shelf", name=text())]],
        harmless=True,
    ),
    Scenario(
        hazard="H25",
        name="referenced_table_without_foreign_keys",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": ["ALTER TABLE testapp_author ENGINE = MyISAM"]},
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (1824", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
        },
    ),
    Scenario(
        hazard="H25",
        name="referenced_table_with_them_again",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={
            "*": [
                "ALTER TABLE testapp_author ENGINE = MyISAM",
                "ALTER TABLE testapp_author ENGINE = InnoDB",
            ]
        },
        change=[[BOOK]],
        harmless=True,
    ),
)
