"""A foreign key is made over rows that reference nothing."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField, AlterField, DeleteModel, RunPython, RunSQL

from tests.harness import Harm, Lost, Scenario
from tests.operations import delete_orphaned_books
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", name=text())
LOOSE = create("Book", author=key("Author", db_constraint=False, null=True))
BOUND = create("Book", author=key("Author", null=True))
SWITCH_ON = AlterField("Book", "author", key("Author", null=True))
FILL = AlterField("Book", "author", key("Author", default=5), preserve_default=False)
ADD = AddField("Book", "author", key("Author", default=5), preserve_default=False)
GOOD_ROWS = [
    "INSERT INTO testapp_author (id, name) VALUES (1, 'a')",
    "INSERT INTO testapp_book (id, author_id) VALUES (1, 1)",
    "INSERT INTO testapp_book (id, author_id) VALUES (4, NULL)",
]
TWO_KEYS = [
    *GOOD_ROWS,
    "INSERT INTO testapp_book (id, author_id) VALUES (2, 7)",
    "INSERT INTO testapp_book (id, author_id) VALUES (3, 8)",
]
ROWS = [
    *GOOD_ROWS,
    "INSERT INTO testapp_book (id, author_id) VALUES (2, 7)",
    "INSERT INTO testapp_book (id, author_id) VALUES (3, 7)",
]
UNCHECKED = {
    "mysql|mariadb": [
        "SET foreign_key_checks = 0",
        *TWO_KEYS,
        "SET foreign_key_checks = 1",
    ],
    "sqlite": ["PRAGMA foreign_keys = OFF", *TWO_KEYS, "PRAGMA foreign_keys = ON"],
}
BOOKS = [
    "INSERT INTO testapp_book (id, number) VALUES (1, 1)",
    "INSERT INTO testapp_book (id, number) VALUES (2, 2)",
]
FIVE = "INSERT INTO testapp_author (id, name) VALUES (5, 'e')"
#: What servers say, and no statement of theirs is left done.
REFUSED = {
    "mysql|mariadb": Harm(error="IntegrityError: (1452"),
    "postgresql": Harm(error="violates foreign key constraint"),
    "sqlite": Harm(error="has an invalid foreign key: testapp_book.author_id"),
}
#: The foreign key was dropped, and the next run of migrate does not make it again.
GONE = {
    "mysql|mariadb": Harm(
        error="IntegrityError: (1452",
        changes=(
            "- testapp_book: (author_id) REFERENCES testapp_author (id)",
            "+ testapp_book: UNIQUE (author_id)",
        ),
    ),
}

SCENARIOS = (
    Scenario(
        hazard="H37",
        name="constraint_switched_on",
        history=[[AUTHOR, LOOSE]],
        rows=ROWS,
        change=[[SWITCH_ON]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(7): 2 rows")],
        harm=REFUSED,
    ),
    Scenario(
        hazard="H37",
        name="constraint_switched_on_after_code_elsewhere",
        history=[[AUTHOR, LOOSE, create("Shelf", number=integer())]],
        rows=ROWS,
        change=[[RunSQL("UPDATE testapp_shelf SET number = 1"), SWITCH_ON]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(7): 2 rows")],
        harm=REFUSED,
    ),
    Scenario(
        hazard="H37",
        name="integer_becomes_foreign_key",
        history=[
            [
                AUTHOR,
                create(
                    "Book",
                    author=models.BigIntegerField(db_column="author_id", null=True),
                ),
            ]
        ],
        rows=ROWS,
        change=[[SWITCH_ON]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(7): 2 rows")],
        harm=REFUSED,
    ),
    Scenario(
        hazard="H37",
        name="to_field_of_another_type_of_text",
        history=[
            [
                create("Author", name=models.CharField(max_length=9, unique=True)),
                create("Book", author=models.CharField(max_length=20, null=True)),
            ]
        ],
        rows=[
            "INSERT INTO testapp_author (id, name) VALUES (1, 'a')",
            "INSERT INTO testapp_book (id, author) VALUES (1, 'a')",
            "INSERT INTO testapp_book (id, author) VALUES (2, 'b')",
        ],
        change=[
            [AlterField("Book", "author", key("Author", to_field="name", null=True))]
        ],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(b): 1 row")],
        harm={
            **REFUSED,
            "mysql|mariadb": Harm(
                error="IntegrityError: (1452",
                changes=(
                    "+ column testapp_book.author_id",
                    "- column testapp_book.author",
                ),
            ),
        },
    ),
    Scenario(
        hazard="H37",
        name="added_with_a_default_that_references_nothing",
        history=[[AUTHOR, create("Book", number=integer())]],
        rows=BOOKS,
        change=[[ADD]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "2 rows")],
        harm=REFUSED,
    ),
    Scenario(
        hazard="H37",
        name="added_with_a_default_to_a_new_table",
        history=[[create("Book", number=integer())]],
        rows=BOOKS,
        change=[[AUTHOR], [ADD]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "2 rows")],
        harm={
            name: Harm(
                error=harm.error,
                changes=("+ migration testapp.0002", "+ table testapp_author"),
            )
            for name, harm in REFUSED.items()
        },
    ),
    Scenario(
        hazard="H37",
        name="null_filled_with_a_default_that_references_nothing",
        history=[[AUTHOR, BOUND]],
        rows=GOOD_ROWS,
        change=[[FILL]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "1 row")],
        harm={
            **REFUSED,
            "mysql|mariadb": Harm(
                error="IntegrityError: (1452",
                changes=(
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                    "~ column testapp_book.author_id: bigint -> bigint NOT NULL",
                ),
            ),
        },
    ),
    Scenario(
        # Made while nobody checked; the foreign key is made again, and fails.
        hazard="H41",
        name="orphans_under_a_foreign_key",
        flavours=("mysql", "mariadb"),
        history=[[AUTHOR, BOUND]],
        rows=UNCHECKED,
        change=[[AlterField("Book", "author", key("Author", null=True, unique=True))]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(8): 1 row")],
        harm=GONE,
    ),
    Scenario(
        # Django checks every table at the end of each migration.
        hazard="H41",
        name="orphans_of_a_table_that_is_left_alone",
        flavours=("sqlite",),
        history=[[AUTHOR, BOUND, create("Shelf", number=integer())]],
        rows=UNCHECKED,
        change=[[AddField("Shelf", "room", integer())]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",), "(8): 1 row")],
        harm=REFUSED,
    ),
    Scenario(
        hazard="H41",
        name="orphans_go_with_their_table",
        flavours=("sqlite",),
        history=[[AUTHOR, BOUND]],
        rows=UNCHECKED,
        change=[[DeleteModel("Book")], [AddField("Author", "room", integer())]],
        harmless=True,
    ),
    Scenario(
        hazard="H41",
        name="orphans_deleted_by_the_first_migration",
        history=[[AUTHOR, BOUND]],
        rows=UNCHECKED,
        change=[
            [RunPython(delete_orphaned_books)],
            [AddField("Author", "room", integer())],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H41",
        name="foreign_key_made_again_over_good_rows",
        history=[[AUTHOR, BOUND]],
        rows=GOOD_ROWS,
        change=[[AlterField("Book", "author", key("Author", null=True, unique=True))]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="constraint_switched_on_over_good_rows",
        history=[[AUTHOR, LOOSE]],
        rows=GOOD_ROWS,
        change=[[SWITCH_ON]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="constraint_switched_on_over_no_rows",
        history=[[AUTHOR, LOOSE]],
        change=[[SWITCH_ON]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="constraint_switched_on_in_a_new_table",
        history=[[AUTHOR]],
        change=[[LOOSE], [SWITCH_ON]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="added_with_a_default_that_references_a_row",
        history=[[AUTHOR, create("Book", number=integer())]],
        rows=[*BOOKS, FIVE],
        change=[[ADD]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="added_with_a_default_to_no_rows",
        history=[[AUTHOR, create("Book", number=integer())]],
        change=[[ADD]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="added_without_a_default",
        history=[[AUTHOR, create("Book", number=integer())]],
        rows=BOOKS,
        change=[[AddField("Book", "author", key("Author", null=True))]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="null_filled_with_a_default_that_references_a_row",
        history=[[AUTHOR, BOUND]],
        rows=[*GOOD_ROWS, FIVE],
        change=[[FILL]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="orphans_deleted_by_sql_before",
        history=[[AUTHOR, LOOSE]],
        rows=ROWS,
        change=[
            [RunSQL("DELETE FROM testapp_book WHERE author_id = 7")],
            [SWITCH_ON],
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="orphans_deleted_by_code_before",
        history=[[AUTHOR, LOOSE]],
        rows=ROWS,
        change=[[RunPython(delete_orphaned_books)], [SWITCH_ON]],
        harmless=True,
    ),
    Scenario(
        hazard="H37",
        name="referenced_rows_made_before",
        history=[[create("Book", number=integer())]],
        rows=BOOKS,
        change=[
            [AUTHOR],
            [RunSQL("INSERT INTO testapp_author (id, name) VALUES (5, 'e')")],
            [ADD],
        ],
        harmless=True,
    ),
)
