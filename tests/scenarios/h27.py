"""The two ends of a foreign key are of different types."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField, AlterField, RunSQL

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, retyped, text
from tests.scenarios.h26 import refused

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"))
NUMBERED = create("Book", number=integer())
ADDED = AddField("Book", "author", key("Author", null=True))
NUMBERED_AUTHOR = create("Author", code=models.BigIntegerField(unique=True))
TO_CODE = key("Author", to_field="code")
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
SERVERS = ("mysql", "mariadb")
UNSIGNED = (
    "ALTER TABLE testapp_author MODIFY id bigint unsigned NOT NULL AUTO_INCREMENT"
)
NARROW = "ALTER TABLE testapp_author MODIFY id int NOT NULL AUTO_INCREMENT"
ORPHANS = [
    [
        "INSERT INTO testapp_author (id, name) VALUES (1, '')",
        "INSERT INTO testapp_book (author_id) VALUES (1)",
        "INSERT INTO testapp_book (author_id) VALUES (7)",
    ]
]
NUMBERED_ORPHANS = [
    [
        "INSERT INTO testapp_author (id, name) VALUES (1, '')",
        "INSERT INTO testapp_book (number, author_id) VALUES (1, 1)",
        "INSERT INTO testapp_book (number, author_id) VALUES (1, 7)",
    ]
]

SCENARIOS = (
    Scenario(
        hazard="H27",
        name="referenced_column_is_unsigned",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [UNSIGNED]},
        change=[[BOOK]],
        lost=[LOST],
        auto="kept",
        violations=ORPHANS,
        harm=refused("+ table testapp_book"),
    ),
    Scenario(
        hazard="H27",
        name="referenced_column_is_narrow",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": [NARROW]},
        change=[[ADDED]],
        lost=[LOST],
        auto="kept",
        violations=NUMBERED_ORPHANS,
        harm=refused(),
    ),
    Scenario(
        hazard="H27",
        name="one_to_one_and_what_references_it",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [UNSIGNED]},
        change=[
            [
                create(
                    "Book",
                    author=models.OneToOneField(
                        "testapp.Author", models.CASCADE, primary_key=True
                    ),
                )
            ],
            [create("Copy", book=key("Book"))],
        ],
        lost=[LOST],
        auto="kept",
        violations=[
            *ORPHANS,
            [
                "INSERT INTO testapp_copy (book_id) VALUES (1)",
                "INSERT INTO testapp_copy (book_id) VALUES (7)",
            ],
        ],
        harm=refused("+ table testapp_book"),
    ),
    Scenario(
        hazard="H27",
        name="existing_column_becomes_foreign_key",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", author=integer(db_column="author_id"))]],
        by_hand={"*": [UNSIGNED]},
        change=[[AlterField("Book", "author", key("Author", db_column="author_id"))]],
        lost=[LOST],
        harm=refused(
            "~ column testapp_book.author_id: int NOT NULL -> bigint NOT NULL"
        ),
    ),
    Scenario(
        hazard="H27",
        name="unsigned_foreign_key_is_altered",
        flavours=SERVERS,
        history=[[AUTHOR, BOOK]],
        by_hand={"*": retyped("bigint unsigned", more="AUTO_INCREMENT")},
        change=[[AlterField("Book", "author", key("Author", null=True))]],
        lost=[LOST],
        auto="kept",
        violations=ORPHANS,
        harm=refused(
            "- testapp_book: (author_id) REFERENCES testapp_author (id)",
            "~ column testapp_book.author_id: bigint unsigned -> bigint",
        ),
    ),
    Scenario(
        hazard="H27",
        name="unsigned_referenced_column_is_altered",
        flavours=SERVERS,
        history=[[NUMBERED_AUTHOR, create("Book", author=TO_CODE)]],
        by_hand={"*": retyped("bigint unsigned", to="code")},
        change=[
            [
                AlterField(
                    "Author", "code", models.BigIntegerField(unique=True, null=True)
                )
            ]
        ],
        lost=[LOST],
        auto="kept",
        violations=[["INSERT INTO testapp_book (author_id) VALUES (7)"]],
        harm={
            "mysql": Harm(error="OperationalError: (3780"),
            "mariadb": Harm(error="OperationalError: (1833"),
        },
    ),
    Scenario(
        hazard="H27",
        name="referenced_column_is_text",
        flavours=("postgresql",),
        history=[[create("Author", code=models.IntegerField(primary_key=True))]],
        by_hand={"*": ["ALTER TABLE testapp_author ALTER code TYPE varchar(30)"]},
        change=[[BOOK]],
        lost=[LOST],
        harm={"*": Harm(error="ProgrammingError: foreign key constraint")},
    ),
    Scenario(
        hazard="H27",
        name="widths_differ",
        flavours=("postgresql",),
        history=[[AUTHOR]],
        by_hand={"*": ["ALTER TABLE testapp_author ALTER id TYPE integer"]},
        change=[[BOOK]],
        harmless=True,
    ),
    Scenario(
        hazard="H27",
        name="display_width_differs",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={
            "*": [
                "ALTER TABLE testapp_author MODIFY id bigint(5) NOT NULL AUTO_INCREMENT"
            ]
        },
        change=[[ADDED]],
        harmless=True,
    ),
    Scenario(
        hazard="H27",
        name="precision_differs",
        flavours=SERVERS,
        history=[
            [
                create(
                    "Author",
                    code=models.DecimalField(
                        max_digits=8, decimal_places=2, primary_key=True
                    ),
                ),
                NUMBERED,
            ]
        ],
        by_hand={
            "*": ["ALTER TABLE testapp_author MODIFY code decimal(5, 0) NOT NULL"]
        },
        change=[[ADDED]],
        harmless=True,
    ),
    Scenario(
        hazard="H27",
        name="made_alike_by_sql_of_the_plan",
        flavours=SERVERS,
        history=[[AUTHOR, NUMBERED]],
        by_hand={"*": [UNSIGNED]},
        change=[
            [
                RunSQL(
                    "ALTER TABLE testapp_author "
                    "MODIFY id bigint NOT NULL AUTO_INCREMENT"
                ),
                ADDED,
            ]
        ],
        harmless=True,
    ),
)
