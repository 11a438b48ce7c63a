"""The key of an index is longer than InnoDB allows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from fkguard.backends import backend_named
from fkguard.backends.mysql.key_length import key_bytes
from fkguard.judgement.recipes import recipe_for
from fkguard.schema.catalogue import Column, Server, Table
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddConstraint
from tests.hazards.cases import MARIADB, MYSQL, a_case, judged, words

TITLE = Unique(name="book_title", columns=("title", "series"))
EVENT = AddConstraint(table="library_book", constraint=TITLE)


def test_unique_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(MYSQL, FAILS, EVENT, TITLE, error="1071", detail="4000 bytes")

    found = words(case)
    assert found.id == "E321"
    assert found == snapshot
    assert recipe_for(case.consequence, backend_named("mysql"), True) is None


@pytest.mark.parametrize(("server", "error"), [(MYSQL, "1071"), (MARIADB, "1709")])
def test_column_in_an_old_row_format(
    server: Server, error: str, snapshot: SnapshotAssertion
) -> None:
    case = a_case(server, FAILS, EVENT, TITLE, error=error, detail="1020 bytes")
    case = replace(case, before=replace(case.before, row_format="compact"))

    assert words(case) == snapshot
    assert recipe_for(case.consequence, backend_named("mysql"), True) is None


def test_name_that_is_too_long_is_another_hazard() -> None:
    assert judged(a_case(MYSQL, FAILS, EVENT, TITLE, error="1059")) == "E315"


@pytest.mark.parametrize(
    ("type_", "collation", "expected"),
    [
        ("varchar(500)", "utf8mb4_0900_ai_ci", 2000),
        ("varchar(500)", "latin1_swedish_ci", 500),
        ("varchar(500)", "", 0),
        ("varchar(500)", "big5_bin", 0),
        ("char(32)", "utf8mb3_bin", 96),
        ("int", "", 0),
        ("longtext", "utf8mb4_bin", 0),
    ],
)
def test_bytes_of_a_key(type_: str, collation: str, expected: int) -> None:
    column = Column(name="title", type=type_, collation=collation)

    assert key_bytes(Table(name="book", columns=(column,)), ("title",), MYSQL) == (
        expected
    )
