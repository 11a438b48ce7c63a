"""Another column becomes the primary key."""

from __future__ import annotations

from django.db.migrations import AddField, AlterField, RemoveField
from django.db.models import CharField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

AUTHOR = create("Author", code=text(), name=text())
BOOK = create("Book", author=key("Author"), number=integer())
CODE = CharField(max_length=30, primary_key=True, serialize=False)
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))

SCENARIOS = (
    Scenario(
        # As makemigrations writes it.
        hazard="H07",
        name="referenced_key_replaced",
        history=[[AUTHOR, BOOK]],
        change=[[RemoveField("Author", "id"), AlterField("Author", "code", CODE)]],
        lost=[LOST],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_author: PRIMARY KEY (code)",
                    "- column testapp_author.id",
                    "- testapp_author: PRIMARY KEY (id)",
                    "- testapp_book: (author_id) REFERENCES testapp_author (id)",
                )
            ),
            "postgresql@6": Harm(error="InternalError: cannot drop column id of table"),
            "mysql|mariadb": Harm(error="OperationalError: (1829"),
            "sqlite": Harm(
                error='OperationalError: foreign key mismatch - "testapp_book"'
            ),
        },
    ),
    Scenario(
        hazard="H07",
        name="key_replaced_that_a_table_elsewhere_references",
        history=[[AUTHOR]],
        by_hand={
            "mysql|mariadb": [
                (
                    "CREATE TABLE legacy (author_id bigint NOT NULL, "
                    "CONSTRAINT by_hand FOREIGN KEY (author_id) "
                    "REFERENCES testapp_author (id))"
                )
            ],
            "*": [
                (
                    "CREATE TABLE legacy (author_id bigint NOT NULL "
                    "REFERENCES testapp_author (id))"
                )
            ],
        },
        change=[[RemoveField("Author", "id"), AlterField("Author", "code", CODE)]],
        lost=[Lost("legacy", "FOREIGN KEY", ("author_id",))],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "+ testapp_author: PRIMARY KEY (code)",
                    "- column testapp_author.id",
                    "- legacy: (author_id) REFERENCES testapp_author (id)",
                    "- testapp_author: PRIMARY KEY (id)",
                )
            ),
            "postgresql@6": Harm(error="InternalError: cannot drop column id of table"),
            "mysql|mariadb": Harm(error="OperationalError: (1829"),
            "sqlite": Harm(error='OperationalError: foreign key mismatch - "legacy"'),
        },
    ),
    Scenario(
        hazard="H07",
        name="unreferenced_key_replaced",
        history=[[AUTHOR]],
        change=[[RemoveField("Author", "id"), AlterField("Author", "code", CODE)]],
        harmless=True,
    ),
    Scenario(
        hazard="H07",
        name="key_replaced_while_nothing_references_it",
        history=[[AUTHOR, BOOK]],
        change=[
            [
                RemoveField("Book", "author"),
                RemoveField("Author", "id"),
                AlterField("Author", "code", CODE),
                AddField("Book", "author", key("Author", null=True)),
            ]
        ],
        harmless=True,
    ),
)
