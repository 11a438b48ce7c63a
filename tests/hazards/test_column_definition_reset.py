"""A column is written anew, without its collation or comment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from fkguard.schema.consequences import DROPPED, RESET, Reset
from fkguard.schema.constraints import Constraint, Unique
from fkguard.schema.events import AlterColumn, Incoming
from tests.hazards.cases import MARIADB, MYSQL, a_case, column, judged, words

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


def test_null_changed(snapshot: SnapshotAssertion) -> None:
    becomes = replace(WAS, collation="utf8mb4_general_ci", comment="")

    found = words(a_reset(NULLABLE, becomes))
    assert found.id == "E210"
    assert found == snapshot


def test_type_of_a_referenced_column_changed(snapshot: SnapshotAssertion) -> None:
    event = AlterColumn(
        table="library_author",
        old=column("code", type="varchar(30)"),
        new=column("code", type="varchar(40)"),
        incoming=(Incoming(table="library_book", column="code", db_constraint=True),),
    )

    found = words(a_reset(event, replace(WAS, comment=""), server=MARIADB))
    assert found.id == "E210"
    assert found == snapshot


def test_lost_unique_is_another_hazard() -> None:
    unique = Unique(name="by_hand", columns=("code",))

    assert judged(a_case(MYSQL, DROPPED, NULLABLE, unique)) == "E204"
