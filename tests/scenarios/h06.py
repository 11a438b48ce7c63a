"""A column is removed that other things than constraints of its table depend on."""

from __future__ import annotations

from django.db.migrations import AlterField, RemoveField
from django.db.models import F, GeneratedField, IntegerField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

BOOK = create("Book", series=integer(), number=integer(), title=text())
AUTHOR = create("Author", name=text(), code=text(unique=True))
BY_CODE = create("Book", author=key("Author", to_field="code"), number=integer())
FUNCTION = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''no''; END'"
)

SCENARIOS = (
    Scenario(
        hazard="H06",
        name="column_of_a_view_removed",
        history=[[BOOK]],
        by_hand={
            "*": ["CREATE VIEW places AS SELECT series, number FROM testapp_book"]
        },
        change=[[RemoveField("Book", "series")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "view", ("series",), "places")],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: view places",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column series of table"
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="column_of_a_materialized_view_removed",
        history=[[BOOK]],
        by_hand={
            "*": ["CREATE MATERIALIZED VIEW places AS SELECT series FROM testapp_book"]
        },
        change=[[RemoveField("Book", "series")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "materialized view", ("series",), "places")],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: materialized view places",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column series of table"
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="column_of_a_trigger_removed",
        history=[[BOOK]],
        by_hand={
            "*": [
                FUNCTION,
                (
                    "CREATE TRIGGER no_move BEFORE UPDATE OF series ON testapp_book "
                    "FOR EACH ROW EXECUTE FUNCTION refuse()"
                ),
            ]
        },
        change=[[RemoveField("Book", "series")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "trigger", ("series",), "no_move")],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.series",
                    "- testapp_book: trigger no_move",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column series of table"
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="field_of_an_exclusion_over_an_expression_removed",
        history=[[create("Book", low=integer(), high=integer(), title=text())]],
        by_hand={
            "*": [
                (
                    "ALTER TABLE testapp_book ADD CONSTRAINT by_hand "
                    "EXCLUDE USING gist (int4range(low, high) WITH &&)"
                )
            ]
        },
        change=[[RemoveField("Book", "low")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "EXCLUDE", ("high", "low"), "by_hand")],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.low",
                    "- testapp_book: EXCLUDE (high, low) [by_hand]",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column low of table"
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="base_of_a_generated_field_removed",
        history=[
            [
                create(
                    "Book",
                    price=integer(),
                    title=text(),
                    twice=GeneratedField(
                        expression=F("price") * 2,
                        output_field=IntegerField(),
                        db_persist=True,
                        unique=True,
                    ),
                )
            ]
        ],
        change=[[RemoveField("Book", "price")]],
        flavours=("postgresql",),
        lost=[Lost("testapp_book", "UNIQUE", ("twice",))],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_book.price",
                    "- column testapp_book.twice",
                    "- testapp_book: UNIQUE (twice)",
                    "- testapp_book: generated column twice",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column price of table"
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="referenced_column_removed",
        history=[[AUTHOR, BY_CODE]],
        change=[[RemoveField("Author", "code")]],
        lost=[Lost("testapp_book", "FOREIGN KEY", ("author_id",))],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_author.code",
                    "- testapp_author: UNIQUE (code)",
                    "- testapp_book: (author_id) REFERENCES testapp_author (code)",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column code of table"
            ),
            "mysql": Harm(error="OperationalError: (1829"),
            "mariadb": Harm(error="OperationalError: (1553"),
            "sqlite": Harm(
                error='OperationalError: foreign key mismatch - "testapp_book"'
            ),
        },
    ),
    Scenario(
        hazard="H06",
        name="column_referenced_from_elsewhere_removed",
        history=[[AUTHOR]],
        by_hand={
            "mysql|mariadb": [
                (
                    "CREATE TABLE legacy (code varchar(30) NOT NULL, "
                    "CONSTRAINT by_hand FOREIGN KEY (code) "
                    "REFERENCES testapp_author (code))"
                )
            ],
            "*": [
                (
                    "CREATE TABLE legacy (code varchar(30) NOT NULL "
                    "REFERENCES testapp_author (code))"
                )
            ],
        },
        change=[[RemoveField("Author", "code")]],
        lost=[Lost("legacy", "FOREIGN KEY", ("code",))],
        harm={
            "postgresql@5": Harm(
                changes=(
                    "+ migration testapp.0002",
                    "- column testapp_author.code",
                    "- legacy: (code) REFERENCES testapp_author (code)",
                    "- testapp_author: UNIQUE (code)",
                )
            ),
            "postgresql@6": Harm(
                error="InternalError: cannot drop column code of table"
            ),
            "mysql": Harm(error="OperationalError: (1829"),
            "mariadb": Harm(error="OperationalError: (1553"),
            "sqlite": Harm(error='OperationalError: foreign key mismatch - "legacy"'),
        },
    ),
    Scenario(
        hazard="H06",
        name="foreign_key_retargeted_first",
        history=[[AUTHOR, BY_CODE]],
        change=[
            [
                RemoveField("Book", "author"),
                RemoveField("Author", "code"),
            ]
        ],
        harmless=True,
    ),
    Scenario(
        hazard="H06",
        name="column_beside_a_view_and_a_trigger_removed",
        history=[[BOOK]],
        by_hand={
            "*": [
                "CREATE VIEW places AS SELECT series, number FROM testapp_book",
                FUNCTION,
                (
                    "CREATE TRIGGER no_move BEFORE UPDATE OF series ON testapp_book "
                    "FOR EACH ROW EXECUTE FUNCTION refuse()"
                ),
            ]
        },
        change=[[RemoveField("Book", "title")]],
        flavours=("postgresql",),
        harmless=True,
    ),
    Scenario(
        hazard="H06",
        name="foreign_key_moved_to_the_key_first",
        history=[[AUTHOR, BY_CODE]],
        change=[
            [AlterField("Book", "author", key("Author", to_field="id"))],
            [RemoveField("Author", "code")],
        ],
        # PostgreSQL has no cast from text to a number that it would choose itself.
        flavours=("mysql", "mariadb", "sqlite"),
        harmless=True,
    ),
)
