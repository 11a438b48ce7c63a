"""A column is written anew, and not as it was: MySQL and MariaDB."""

from __future__ import annotations

from typing import Any

from django.db.migrations import AlterField
from django.db.models import CharField

from tests.harness import Harm, Lost, Scenario
from tests.scenarios.builders import create, integer, key, text

SERVERS = ("mariadb", "mysql")
CI = "utf8mb4_general_ci"
#: Columns stay as they are; what is made anew compares by bytes.
BYTES = "ALTER TABLE testapp_book DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
LOST = Lost("testapp_book", "COLUMN", ("code",))
TWICE = (
    "INSERT INTO testapp_book (code, number) VALUES ('a', 1)",
    "INSERT INTO testapp_book (code, number) VALUES ('A', 2)",
)


def code(**options: Any) -> CharField:
    return CharField(**{"max_length": 30, "default": "", "unique": True, **options})


def book(**options: Any) -> Any:
    return create("Book", code=code(**options), number=integer())


def alter(**options: Any) -> list[Any]:
    return [[AlterField("Book", "code", code(**options))]]


def reset(now: str) -> dict[str, Harm]:
    return {
        "*": Harm(
            changes=(
                "+ migration testapp.0002",
                (
                    f"~ column testapp_book.code: varchar(30) NOT NULL COLLATE {CI}"
                    f" -> {now} COLLATE utf8mb4_bin"
                ),
            )
        )
    }


SCENARIOS = (
    Scenario(
        hazard="H20",
        name="declared_collation_and_null_changed",
        history=[[book(db_collation=CI)]],
        by_hand={"*": [BYTES]},
        change=alter(db_collation=CI, null=True),
        flavours=SERVERS,
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm=reset("varchar(30)"),
    ),
    Scenario(
        hazard="H20",
        name="collation_set_by_hand_and_type_changed",
        history=[[book()]],
        by_hand={
            "*": [
                BYTES,
                (
                    "ALTER TABLE testapp_book "
                    f"MODIFY code varchar(30) COLLATE {CI} NOT NULL"
                ),
            ]
        },
        change=alter(max_length=40),
        flavours=SERVERS,
        lost=[LOST],
        auto="kept",
        violations=[TWICE],
        harm=reset("varchar(40) NOT NULL"),
    ),
    Scenario(
        hazard="H20",
        name="foreign_key_to_a_collated_key_and_null_changed",
        history=[
            [
                create("Author", code=text(unique=True, db_collation="utf8mb4_bin")),
                create("Book", code=key("Author", to_field="code"), number=integer()),
            ]
        ],
        change=[
            [AlterField("Book", "code", key("Author", to_field="code", null=True))]
        ],
        flavours=SERVERS,
        lost=[LOST],
        auto="kept",
        violations=[("INSERT INTO testapp_book (code_id, number) VALUES ('x', 1)",)],
        harm={
            "mysql": Harm(
                error="OperationalError: (3780",
                changes=(
                    "- testapp_book: (code_id) REFERENCES testapp_author (code)",
                    (
                        "~ column testapp_book.code_id: varchar(30) NOT NULL COLLATE "
                        "utf8mb4_bin -> varchar(30) COLLATE utf8mb4_0900_ai_ci"
                    ),
                ),
            ),
            **{
                leg: Harm(
                    error="OperationalError: (1005",
                    changes=(
                        "- testapp_book: (code_id) REFERENCES testapp_author (code)",
                        (
                            "~ column testapp_book.code_id: varchar(30) NOT NULL "
                            f"COLLATE utf8mb4_bin -> varchar(30) COLLATE {default}"
                        ),
                    ),
                )
                for leg, default in (
                    ("mariadb", CI),
                    ("mariadb118", "utf8mb4_uca1400_ai_ci"),
                )
            },
        },
    ),
    Scenario(
        hazard="H20",
        name="collation_of_the_table_and_null_changed",
        history=[[book()]],
        change=alter(null=True),
        flavours=SERVERS,
        harmless=True,
    ),
    Scenario(
        hazard="H20",
        name="declared_collation_and_type_changed",
        history=[[book(db_collation="utf8mb4_bin")]],
        change=alter(db_collation="utf8mb4_bin", max_length=40),
        flavours=SERVERS,
        harmless=True,
    ),
    Scenario(
        hazard="H20",
        name="collation_and_comment_changed_by_the_model",
        history=[[book(db_collation="utf8mb4_bin", db_comment="old")]],
        change=alter(db_comment="new", null=False),
        flavours=SERVERS,
        harmless=True,
    ),
)
