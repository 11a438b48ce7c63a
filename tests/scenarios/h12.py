"""A referenced column changes its type: H12 and H13."""

from __future__ import annotations

from django.db.migrations import AddField, AlterField
from django.db.models import AutoField, BigAutoField, CharField

from tests.harness import Harm, Lost, Scenario, Step
from tests.scenarios.builders import create, integer, key, text

SERVERS = ("postgresql", "mariadb", "mysql")
SMALL = AutoField(primary_key=True, serialize=False)
BIG = BigAutoField(primary_key=True, serialize=False)
AUTHOR = create("Author", id=SMALL, name=text())
LOOSE = create("Book", author=key("Author", db_constraint=False), number=integer())
TIGHT = create("Book", author=key("Author"), number=integer())
BY_HAND = {
    "*": [
        (
            "ALTER TABLE testapp_book ADD CONSTRAINT by_hand "
            "FOREIGN KEY (author_id) REFERENCES testapp_author (id)"
        )
    ]
}
LEGACY = {
    "*": [
        (
            "CREATE TABLE legacy (author_id integer NOT NULL, "
            "CONSTRAINT by_hand FOREIGN KEY (author_id) REFERENCES testapp_author (id))"
        )
    ]
}
WIDENED = [[AlterField("Author", "id", BIG)]]
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",), "by_hand")
LOST_ELSEWHERE = Lost("legacy", "FOREIGN KEY", ("author_id",), "by_hand")
ORPHAN = ("INSERT INTO testapp_book (author_id, number) VALUES (2, 1)",)

SCENARIOS = (
    Scenario(
        hazard="H12",
        name="key_widened_under_a_foreign_key_made_by_hand",
        history=[[AUTHOR, LOOSE]],
        by_hand=BY_HAND,
        change=WIDENED,
        flavours=SERVERS,
        lost=[LOST],
        auto="kept",
        violations=[ORPHAN],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (id)"
                        " [by_hand]"
                    ),
                    "~ column testapp_author.id: int NOT NULL -> bigint NOT NULL",
                    (
                        "~ column testapp_book.author_id: int NOT NULL"
                        " -> bigint NOT NULL"
                    ),
                )
            )
        },
    ),
    Scenario(
        hazard="H12",
        name="unique_retyped_under_a_foreign_key_made_by_hand",
        history=[
            [
                create("Author", code=text(unique=True)),
                create(
                    "Book",
                    author=key("Author", to_field="code", db_constraint=False),
                    number=integer(),
                ),
            ]
        ],
        by_hand={
            "*": [
                (
                    "ALTER TABLE testapp_book ADD CONSTRAINT by_hand "
                    "FOREIGN KEY (author_id) REFERENCES testapp_author (code)"
                )
            ]
        },
        change=[
            [
                AlterField(
                    "Author", "code", CharField(max_length=90, default="", unique=True)
                )
            ]
        ],
        flavours=SERVERS,
        lost=[LOST],
        auto="kept",
        violations=[
            ("INSERT INTO testapp_book (author_id, number) VALUES ('none', 1)",)
        ],
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    (
                        "- testapp_book: (author_id) REFERENCES testapp_author (code)"
                        " [by_hand]"
                    ),
                    (
                        "~ column testapp_author.code: varchar(30) NOT NULL"
                        " -> varchar(90) NOT NULL"
                    ),
                    (
                        "~ column testapp_book.author_id: varchar(30) NOT NULL"
                        " -> varchar(90) NOT NULL"
                    ),
                )
            )
        },
    ),
    Scenario(
        hazard="H12",
        name="loose_field_altered_over_a_foreign_key_made_by_hand",
        history=[[AUTHOR, LOOSE]],
        by_hand=BY_HAND,
        change=[
            [
                AlterField(
                    "Book", "author", key("Author", db_constraint=False, null=True)
                )
            ]
        ],
        flavours=SERVERS,
        harmless=True,
    ),
    Scenario(
        hazard="H12",
        name="key_widened_under_declared_foreign_keys",
        history=[[AUTHOR, TIGHT]],
        change=WIDENED,
        harmless=True,
    ),
    Scenario(
        hazard="H12",
        name="key_widened_under_a_foreign_key_of_another_app",
        history=[
            [AUTHOR],
            Step(
                app="otherapp",
                operations=[create("Loan", author=key("testapp.Author"))],
            ),
        ],
        change=WIDENED,
        harmless=True,
    ),
    Scenario(
        hazard="H12",
        name="field_added_beside_a_foreign_key_made_by_hand",
        history=[[AUTHOR, LOOSE]],
        by_hand=BY_HAND,
        change=[[AddField("Book", "title", text())]],
        flavours=SERVERS,
        harmless=True,
    ),
    Scenario(
        hazard="H13",
        name="key_widened_under_a_table_elsewhere",
        history=[[AUTHOR]],
        by_hand=LEGACY,
        change=WIDENED,
        flavours=("mariadb", "mysql"),
        lost=[LOST_ELSEWHERE],
        harm={
            "mysql": Harm(error="OperationalError: (3780"),
            "mariadb": Harm(error="OperationalError: (1833"),
        },
    ),
    Scenario(
        # The foreign key stays; the referencing column cannot hold every key.
        hazard="H13",
        name="key_widened_and_a_table_elsewhere_left_narrow",
        history=[[AUTHOR]],
        by_hand=LEGACY,
        change=WIDENED,
        flavours=("postgresql",),
        auto="allowed",
        harm={
            "*": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "~ column testapp_author.id: int NOT NULL -> bigint NOT NULL",
                )
            )
        },
    ),
    Scenario(
        hazard="H13",
        name="other_field_altered_under_a_table_elsewhere",
        history=[[AUTHOR]],
        by_hand=LEGACY,
        change=[[AlterField("Author", "name", text(null=True))]],
        harmless=True,
    ),
)
