"""The two ends of a foreign key have different character sets or collations."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField, AlterField

from tests.harness import LEG, Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", code=models.CharField(max_length=30, primary_key=True))
COLLATED = create(
    "Author",
    code=models.CharField(max_length=30, primary_key=True, db_collation="utf8mb4_bin"),
)
#: The collation of a new database's columns.
DEFAULT = {
    "mysql": "utf8mb4_0900_ai_ci",
    "mariadb": "utf8mb4_general_ci",
}.get(LEG, "utf8mb4_uca1400_ai_ci")
BOOK = create("Book", author=key("Author"))
NUMBERED = create("Book", number=integer())
ADDED = AddField("Book", "author", key("Author", null=True))
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
SERVERS = ("mysql", "mariadb")
ORPHANS = [
    [
        "INSERT INTO testapp_author (code) VALUES ('a')",
        "INSERT INTO testapp_book (author_id) VALUES ('a')",
        "INSERT INTO testapp_book (author_id) VALUES ('b')",
    ]
]
NUMBERED_ORPHANS = [
    [
        "INSERT INTO testapp_author (code) VALUES ('a')",
        "INSERT INTO testapp_book (number, author_id) VALUES (1, 'a')",
        "INSERT INTO testapp_book (number, author_id) VALUES (1, 'b')",
    ]
]
LATIN = (
    "ALTER TABLE testapp_author MODIFY code varchar(30) "
    "CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL"
)
BINARY = (
    "ALTER TABLE testapp_author MODIFY code varchar(30) "
    "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL"
)


def refused(*changes: str) -> dict[str, Harm]:
    """Return what both servers leave behind when they refuse the foreign key."""
    return {
        "mysql": Harm(error="OperationalError: (3780", changes=changes),
        "mariadb": Harm(error="OperationalError: (1005", changes=changes),
    }


SCENARIOS = (
    Scenario(
        hazard="H26",
        name="charset_of_referenced_column",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [LATIN]},
        change=[[BOOK]],
        lost=[LOST],
        auto="kept",
        violations=ORPHANS,
        harm=refused("+ table testapp_book"),
    ),
    Scenario(
        hazard="H26",
        name="collation_of_referenced_column",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": [BINARY]},
        change=[[ADDED]],
        lost=[LOST],
        auto="kept",
        violations=NUMBERED_ORPHANS,
        harm=refused(),
    ),
    Scenario(
        hazard="H26",
        name="charset_of_referencing_table",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": ["ALTER TABLE testapp_book DEFAULT CHARACTER SET latin1"]},
        change=[[ADDED]],
        lost=[LOST],
        auto="kept",
        violations=NUMBERED_ORPHANS,
        harm=refused(),
    ),
    Scenario(
        hazard="H26",
        name="many_to_many",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": [LATIN]},
        change=[
            [AddField("Book", "authors", models.ManyToManyField("testapp.Author"))]
        ],
        lost=[Lost("testapp_book_authors", "FOREIGN KEY", ("author_id",))],
        auto="kept",
        violations=[
            [
                "INSERT INTO testapp_author (code) VALUES ('a')",
                "INSERT INTO testapp_book (id, number) VALUES (1, 1)",
                "INSERT INTO testapp_book_authors (book_id, author_id) VALUES (1, 'a')",
                "INSERT INTO testapp_book_authors (book_id, author_id) VALUES (1, 'b')",
            ]
        ],
        harm=refused(
            "+ table testapp_book_authors",
            "+ testapp_book_authors: (book_id) REFERENCES testapp_book (id)",
            "+ testapp_book_authors: UNIQUE (book_id, author_id)",
        ),
    ),
    Scenario(
        hazard="H26",
        name="existing_column_becomes_foreign_key",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", author=text(db_column="author_id"))]],
        by_hand={"*": [LATIN]},
        change=[[AlterField("Book", "author", key("Author", db_column="author_id"))]],
        lost=[LOST],
        harm=refused(),
    ),
    Scenario(
        hazard="H26",
        name="lengths_differ",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": ["ALTER TABLE testapp_author MODIFY code varchar(77) NOT NULL"]},
        change=[[ADDED]],
        harmless=True,
    ),
    Scenario(
        hazard="H26",
        name="charset_that_no_column_has",
        flavours=SERVERS,
        history=[[AUTHOR, create("Shelf", name=text()), NUMBERED]],
        by_hand={
            "*": [
                "ALTER TABLE testapp_author DEFAULT CHARACTER SET latin1",
                "ALTER TABLE testapp_shelf DEFAULT CHARACTER SET latin1",
                "ALTER TABLE testapp_shelf MODIFY name varchar(30) CHARACTER SET ascii",
            ]
        },
        change=[[ADDED], [AddField("Book", "shelf", key("Shelf", null=True))]],
        harmless=True,
    ),
    Scenario(
        hazard="H26",
        name="declared_collation",
        flavours=SERVERS,
        history=[[COLLATED, NUMBERED]],
        change=[[ADDED]],
        harmless=True,
    ),
)
