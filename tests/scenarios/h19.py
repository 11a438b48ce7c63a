"""A table is renamed and its old name used again."""

from __future__ import annotations

from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterModelTable,
    RenameModel,
)

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text, unique

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"), number=integer())
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))

SCENARIOS = (
    Scenario(
        hazard="H19",
        name="model_renamed_and_created_again",
        history=[[AUTHOR, BOOK]],
        change=[[RenameModel("Book", "Volume")], [BOOK]],
        lost=[LOST],
        harm={
            "postgresql": Harm(
                error='ProgrammingError: relation "testapp_book_author_id_*"',
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_volume",
                    "+ testapp_volume: (author_id) REFERENCES testapp_author (id)",
                    "- table testapp_book",
                ),
            ),
            "mysql": Harm(
                error="OperationalError: (1826",
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_volume",
                    "+ testapp_volume: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                ),
            ),
            "mariadb": Harm(
                error="OperationalError: (1005",
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_volume",
                    "+ testapp_volume: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                ),
            ),
            "sqlite": Harm(
                error="OperationalError: index testapp_book_author_id_* already",
                changes=(
                    "+ migration testapp.0002",
                    "+ table testapp_volume",
                    "+ testapp_volume: (author_id) REFERENCES testapp_author (id)",
                    "- table testapp_book",
                ),
            ),
        },
    ),
    Scenario(
        hazard="H19",
        name="table_renamed_and_created_again",
        history=[[AUTHOR, BOOK]],
        change=[
            [AlterModelTable("Book", "old_book")],
            [
                create(
                    "Copy",
                    author=key("Author", related_name="copies"),
                    options={"db_table": "testapp_book"},
                )
            ],
        ],
        lost=[LOST],
        harm={
            "postgresql": Harm(
                error='ProgrammingError: relation "testapp_book_author_id_*"',
                changes=(
                    "+ migration testapp.0002",
                    "+ old_book: (author_id) REFERENCES testapp_author (id)",
                    "+ table old_book",
                    "- table testapp_book",
                ),
            ),
            "mysql": Harm(
                error="OperationalError: (1826",
                changes=(
                    "+ migration testapp.0002",
                    "+ old_book: (author_id) REFERENCES testapp_author (id)",
                    "+ table old_book",
                    "- column testapp_book.number",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                ),
            ),
            "mariadb": Harm(
                error="OperationalError: (1005",
                changes=(
                    "+ migration testapp.0002",
                    "+ old_book: (author_id) REFERENCES testapp_author (id)",
                    "+ table old_book",
                    "- column testapp_book.number",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                ),
            ),
            "sqlite": Harm(
                error="OperationalError: index testapp_book_author_id_* already",
                changes=(
                    "+ migration testapp.0002",
                    "+ old_book: (author_id) REFERENCES testapp_author (id)",
                    "+ table old_book",
                    "- table testapp_book",
                ),
            ),
        },
    ),
    Scenario(
        hazard="H19",
        name="model_renamed",
        history=[[AUTHOR, BOOK]],
        change=[[RenameModel("Book", "Volume")]],
        harmless=True,
    ),
    Scenario(
        hazard="H19",
        name="referenced_model_renamed",
        history=[[AUTHOR, BOOK]],
        change=[[RenameModel("Author", "Person")]],
        harmless=True,
    ),
    Scenario(
        hazard="H19",
        name="model_renamed_and_created_again_without_foreign_key",
        history=[[AUTHOR, BOOK]],
        change=[
            [RenameModel("Book", "Volume")],
            [
                create(
                    "Book",
                    number=integer(),
                    title=text(),
                    options={"constraints": [unique("titles", "title", "number")]},
                )
            ],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H32",
        name="unique_of_a_name_too_long",
        flavours=("mysql", "mariadb"),
        history=[[create("Shelf", number=integer(), title=text())]],
        change=[
            [AddField("Shelf", "room", integer())],
            [AddConstraint("Shelf", unique("n" * 65, "title", "number"))],
        ],
        lost=[Lost("testapp_shelf", "UNIQUE", ("title", "number"))],
        harm={
            "*": Harm(
                error="OperationalError: (1059",
                changes=("+ column testapp_shelf.room", "+ migration testapp.0002"),
            )
        },
    ),
    Scenario(
        hazard="H32",
        name="unique_of_a_name_as_long_as_it_may_be",
        flavours=("mysql", "mariadb"),
        history=[[create("Shelf", number=integer(), title=text())]],
        change=[[AddConstraint("Shelf", unique("n" * 64, "title", "number"))]],
        harmless=True,
    ),
)
