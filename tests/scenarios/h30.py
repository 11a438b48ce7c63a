"""Partitioned tables, computed columns and long ones take no foreign key."""

from __future__ import annotations

from django.db import models
from django.db.migrations import AddField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text
from tests.scenarios.h29 import AUTHOR as CODED
from tests.scenarios.h29 import BOOK as REFERRING
from tests.scenarios.h29 import without_unique

AUTHOR = create("Author", name=text())
BOOK = create("Book", author=key("Author"))
LOST = Lost("testapp_book", "FOREIGN KEY", ("author_id",))
SERVERS = ("mysql", "mariadb")
PARTITIONED = "ALTER TABLE testapp_author PARTITION BY HASH (id) PARTITIONS 2"


def emptied(**options: bool) -> models.ForeignKey:
    """Return a key that the database is to set to NULL; Django has it since 6.1."""
    on_delete = getattr(models, "DB_SET_NULL", models.SET_NULL)
    return key("Author", on_delete=on_delete, **options)


SCENARIOS = (
    Scenario(
        hazard="H30",
        name="referenced_table_is_partitioned",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [PARTITIONED]},
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (1506", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
        },
    ),
    Scenario(
        hazard="H30",
        name="referencing_table_is_partitioned",
        flavours=SERVERS,
        history=[[AUTHOR, create("Book", number=integer())]],
        by_hand={"*": ["ALTER TABLE testapp_book PARTITION BY HASH (id) PARTITIONS 2"]},
        change=[[AddField("Book", "author", key("Author", null=True))]],
        lost=[LOST],
        harm={"*": Harm(error="OperationalError: (1506")},
    ),
    Scenario(
        hazard="H30",
        name="referenced_table_is_temporary",
        # The other server shows such a table, which goes with the session.
        flavours=("mysql",),
        history=[[AUTHOR]],
        by_hand={
            "*": [
                "DROP TABLE testapp_author",
                "CREATE TEMPORARY TABLE testapp_author (id bigint PRIMARY KEY)",
            ]
        },
        change=[[BOOK]],
        lost=[LOST],
        harm={
            "*": Harm(
                error="OperationalError: (1824", changes=("+ table testapp_book",)
            )
        },
    ),
    Scenario(
        hazard="H30",
        name="partitions_removed",
        flavours=SERVERS,
        history=[[AUTHOR]],
        by_hand={"*": [PARTITIONED, "ALTER TABLE testapp_author REMOVE PARTITIONING"]},
        change=[[BOOK]],
        harmless=True,
    ),
    Scenario(
        hazard="H31",
        name="referenced_column_is_computed",
        flavours=("mysql",),
        history=[[CODED]],
        by_hand={
            "*": [
                "ALTER TABLE testapp_author DROP COLUMN code",
                (
                    "ALTER TABLE testapp_author ADD COLUMN code varchar(30) "
                    "AS (UPPER(name)) VIRTUAL UNIQUE"
                ),
            ]
        },
        change=[[REFERRING]],
        lost=[LOST],
        harm={
            "*": Harm(
                error="OperationalError: (3733", changes=("+ table testapp_book",)
            )
        },
    ),
    Scenario(
        hazard="H31",
        name="referenced_column_is_computed_and_stored",
        flavours=SERVERS,
        history=[[CODED]],
        by_hand={
            "*": [
                "ALTER TABLE testapp_author DROP COLUMN code",
                (
                    "ALTER TABLE testapp_author ADD COLUMN code varchar(30) "
                    "AS (UPPER(name)) STORED UNIQUE"
                ),
            ]
        },
        change=[[REFERRING]],
        harmless=True,
    ),
    Scenario(
        hazard="H33",
        name="set_null_on_not_null",
        flavours=SERVERS,
        since=(6, 1),
        history=[[AUTHOR]],
        change=[[create("Book", author=emptied())]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (1830", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
        },
    ),
    Scenario(
        hazard="H33",
        name="set_null_on_nullable",
        flavours=SERVERS,
        history=[[AUTHOR]],
        change=[[create("Book", author=emptied(null=True))]],
        harmless=True,
    ),
    Scenario(
        hazard="H34",
        name="referenced_column_is_long",
        flavours=SERVERS,
        history=[[CODED]],
        by_hand={
            "*": without_unique(
                "ALTER TABLE testapp_author MODIFY code longtext NOT NULL",
                "CREATE UNIQUE INDEX codes ON testapp_author (code(20))",
            )
        },
        change=[[REFERRING]],
        lost=[LOST],
        harm={
            "mysql": Harm(
                error="OperationalError: (6125", changes=("+ table testapp_book",)
            ),
            "mariadb": Harm(
                error="OperationalError: (1005", changes=("+ table testapp_book",)
            ),
        },
    ),
    Scenario(
        hazard="H34",
        name="referenced_column_is_a_long_varchar",
        flavours=SERVERS,
        history=[[CODED]],
        by_hand={"*": ["ALTER TABLE testapp_author MODIFY code varchar(700) NOT NULL"]},
        change=[[REFERRING]],
        harmless=True,
    ),
)
