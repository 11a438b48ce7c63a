"""A foreign key uses a generated column that does not support it."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from tests.hazards.cases import FOREIGN_KEY, MARIADB, MYSQL, a_pair, words


def test_virtual_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint", generated="virtual"),
    )

    found = words(case)
    assert found.id == "E307"
    assert found == snapshot


def test_written_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint", generated="stored", null=True),
        Column(name="id", type="bigint"),
        foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
    )

    found = words(case)
    assert found.id == "E307"
    assert found == snapshot


def test_virtual_on_mariadb_is_compatible() -> None:
    assert (
        a_pair(
            MARIADB,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint", generated="virtual"),
        )
        is None
    )
