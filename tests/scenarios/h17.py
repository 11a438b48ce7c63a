"""A many-to-many field references another model."""

from __future__ import annotations

from django.db.migrations import AddField, AlterField, RemoveField
from django.db.models import ManyToManyField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, text

TAG = create("Tag", name=text())
LABEL = create("Label", name=text())
BOOK = create("Book", number=integer(), tags=ManyToManyField("testapp.tag"))
TO_LABEL = ManyToManyField("testapp.label")
ROWS = [
    "INSERT INTO testapp_tag (id, name) VALUES (1, 'a')",
    "INSERT INTO testapp_book (id, number) VALUES (1, 1)",
    "INSERT INTO testapp_book_tags (book_id, tag_id) VALUES (1, 1)",
]

SCENARIOS = (
    Scenario(
        hazard="H17",
        name="retargeted_with_rows_that_have_no_target",
        history=[[TAG, LABEL, BOOK]],
        rows=ROWS,
        change=[[AlterField("Book", "tags", TO_LABEL)]],
        lost=[Lost("testapp_book_tags", "FOREIGN KEY", ("tag_id",))],
        harm={
            "postgresql": Harm(error="IntegrityError: insert or update on table"),
            "mysql|mariadb": Harm(
                error="IntegrityError: (1452",
                changes=(
                    "+ column testapp_book_tags.label_id",
                    "+ testapp_book_tags: UNIQUE (book_id, label_id)",
                    "- column testapp_book_tags.tag_id",
                    "- testapp_book_tags: (tag_id) REFERENCES testapp_tag (id)",
                    "- testapp_book_tags: UNIQUE (book_id, tag_id)",
                ),
            ),
            "sqlite": Harm(
                error="has an invalid foreign key: testapp_book_tags.label_id"
            ),
        },
    ),
    Scenario(
        # As makemigrations of Django 6.1 writes it; no constraint is lost, rows are.
        hazard="H17",
        name="removed_and_added_with_rows",
        history=[[TAG, LABEL, BOOK]],
        rows=ROWS,
        change=[
            [RemoveField("Book", "tags")],
            [AddField("Book", "tags", TO_LABEL)],
        ],
        auto="warned",
        harm={
            "*": Harm(
                changes=(
                    "+ column testapp_book_tags.label_id",
                    "+ migration testapp.0002",
                    "+ migration testapp.0003",
                    "+ testapp_book_tags: (label_id) REFERENCES testapp_label (id)",
                    "+ testapp_book_tags: UNIQUE (book_id, label_id)",
                    "- column testapp_book_tags.tag_id",
                    "- testapp_book_tags: (tag_id) REFERENCES testapp_tag (id)",
                    "- testapp_book_tags: UNIQUE (book_id, tag_id)",
                )
            )
        },
    ),
    Scenario(
        hazard="H17",
        name="retargeted_without_rows",
        history=[[TAG, LABEL, BOOK]],
        change=[[AlterField("Book", "tags", TO_LABEL)]],
        harmless=True,
    ),
    Scenario(
        hazard="H17",
        name="removed_and_added_without_rows",
        history=[[TAG, LABEL, BOOK]],
        change=[[RemoveField("Book", "tags"), AddField("Book", "tags", TO_LABEL)]],
        harmless=True,
    ),
)
