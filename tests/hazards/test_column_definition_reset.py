"""A column is written anew, without its collation or comment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fkguard.schema.catalogue import Column
from fkguard.schema.consequences import DROPPED, RESET, Reset
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import AlterColumn, Incoming
from tests.hazards.cases import MARIADB, MYSQL, Words, a_case, column, judged, words

CODE = Constraint(name="", columns=("code",))
WAS = Column(name="code", type="varchar(30)", collation="utf8mb4_bin", comment="ISO")
NULLABLE = AlterColumn(
    table="library_book",
    old=column("code", type="varchar(30)"),
    new=column("code", type="varchar(30)", null=True),
)
MODIFY = "ALTER TABLE `library_book` MODIFY `code` varchar(30) COLLATE utf8mb4_bin"


def a_reset(event: AlterColumn, becomes: Column, **options: Any) -> Any:
    server = options.pop("server", MYSQL)
    reset = Reset(wanted=WAS, becomes=becomes, statement=MODIFY)
    return a_case(server, RESET, event, CODE, reset=reset, **options)


def test_null_changed() -> None:
    becomes = replace(WAS, collation="utf8mb4_general_ci", comment="")

    assert words(a_reset(NULLABLE, becomes)) == Words(
        id="E210",
        message=(
            "Altering library_book.code turns its collation from utf8mb4_bin into "
            "utf8mb4_general_ci and drops its comment."
        ),
        why=(
            "Django does not include the collation and the comment if it changes NULL, "
            "and "
            "MySQL 9.7.0 resets attributes that a MODIFY does not include. A unique "
            "constraint of the column then considers other values equal."
        ),
        instead=(
            "migrations.SeparateDatabaseAndState(",
            "    database_operations=[",
            "        migrations.RunSQL(",
            (
                '            "ALTER TABLE `library_book` MODIFY `code` varchar(30) '
                'COLLATE utf8mb4_bin",'
            ),
            "        ),",
            "    ],",
            "    state_operations=[",
            (
                '        migrations.AlterField(model_name="Book", name="code", '
                "field=...),"
            ),
            "    ],",
            "),",
        ),
    )


def test_type_of_a_referenced_column_changed() -> None:
    event = AlterColumn(
        table="library_author",
        old=column("code", type="varchar(30)"),
        new=column("code", type="varchar(40)"),
        incoming=(Incoming(table="library_book", column="code", db_constraint=True),),
    )

    assert words(a_reset(event, replace(WAS, comment=""), server=MARIADB)) == Words(
        id="E210",
        message=(
            "Altering library_author.code drops the comment of library_book.code."
        ),
        why=(
            "Django includes only what the model declares, and MariaDB 11.8.3 resets "
            "attributes that a MODIFY does not include."
        ),
        instead=(
            "fkguard_acknowledged = [",
            '    acknowledge("E210", "library_book(code)", reason="..."),',
            "]",
            "# after this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_book` MODIFY `code` varchar(30) '
                'COLLATE utf8mb4_bin",'
            ),
            "),",
        ),
    )


def test_lost_unique_is_another_hazard() -> None:
    unique = Unique(name="by_hand", columns=("code",))

    assert judged(a_case(MYSQL, DROPPED, NULLABLE, unique)) == "E204"
