"""A column of a foreign key is TEXT, BLOB or JSON (MySQL, MariaDB)."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Unique
from tests.hazards.cases import MYSQL, a_pair, words


def test_referenced_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="varchar(30)"),
        Column(name="id", type="longtext"),
        key=Unique(name="ids", columns=("id",), prefixes=(20,)),
    )

    found = words(case)
    assert found.id == "E309"
    assert found == snapshot


def test_varchar_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(700)"),
            Column(name="id", type="varchar(700)"),
        )
        is None
    )
