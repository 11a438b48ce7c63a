"""A join table becomes a model by way of the state alone."""

from __future__ import annotations

from django.db.migrations import AddField, AlterField, SeparateDatabaseAndState
from django.db.models import ManyToManyField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

TAG = create("Tag", name=text())
BOOK = create("Book", number=integer(), tags=ManyToManyField("testapp.tag"))
FIELDS = {"book": key("Book"), "tag": key("Tag")}
THROUGH = ManyToManyField("testapp.tag", through="testapp.BookTag")
TAKEN = SeparateDatabaseAndState(
    state_operations=[
        create("BookTag", options={"db_table": "testapp_book_tags"}, **FIELDS),
        AlterField("Book", "tags", THROUGH),
    ]
)
DECLARED = SeparateDatabaseAndState(
    state_operations=[
        create(
            "BookTag",
            options={
                "db_table": "testapp_book_tags",
                "unique_together": {("book", "tag")},
            },
            **FIELDS,
        ),
        AlterField("Book", "tags", THROUGH),
    ]
)
NOTED = [[AddField("BookTag", "note", text())]]

SCENARIOS = (
    Scenario(
        hazard="H18",
        name="through_table_rebuilt_without_its_unique",
        history=[[TAG, BOOK], [TAKEN]],
        change=NOTED,
        flavours=("sqlite",),
        lost=[Lost("testapp_book_tags", "UNIQUE", ("book_id", "tag_id"))],
        auto="kept",
        violations=[
            (
                "INSERT INTO testapp_tag (id, name) VALUES (1, 'a')",
                "INSERT INTO testapp_book (id, number) VALUES (1, 1)",
                (
                    "INSERT INTO testapp_book_tags (book_id, tag_id, note) "
                    "VALUES (1, 1, '')"
                ),
                (
                    "INSERT INTO testapp_book_tags (book_id, tag_id, note) "
                    "VALUES (1, 1, '')"
                ),
            )
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ column testapp_book_tags.note",
                    "+ migration testapp.0003",
                    "- testapp_book_tags: UNIQUE (book_id, tag_id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H18",
        name="unique_of_through_table_declared",
        history=[[TAG, BOOK], [DECLARED]],
        change=NOTED,
        harmless=True,
    ),
    Scenario(
        hazard="H18",
        name="through_table_changed_in_place",
        history=[[TAG, BOOK], [TAKEN]],
        change=NOTED,
        flavours=("postgresql", "mariadb", "mysql"),
        harmless=True,
    ),
)
