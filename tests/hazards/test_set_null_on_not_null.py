"""A referential action would set a NOT NULL column to NULL."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Unique
from tests.hazards.cases import FOREIGN_KEY, MARIADB, MYSQL, a_pair, words


def test_existing_column_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
        is_new=False,
    )

    found = words(case)
    assert found.id == "E308"
    assert found == snapshot


def test_update_of_nullable_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint", null=True),
        foreign_key=replace(FOREIGN_KEY, on_update="CASCADE"),
        key=Unique(name="ids", columns=("id",)),
    )

    found = words(case)
    assert found.id == "E308"
    assert found == snapshot


def test_nullable_column_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="bigint", null=True),
            Column(name="id", type="bigint"),
            foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
        )
        is None
    )
