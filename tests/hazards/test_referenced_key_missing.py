"""A foreign key references columns without a complete unique key."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Index, Unique
from tests.hazards.cases import MARIADB, MYSQL, POSTGRESQL, SQLITE, a_pair, words


def test_plain_index_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Index(name="ids", columns=("id",)),
    )

    found = words(case)
    assert found.id == "E305"
    assert found == snapshot


def test_prefix_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
        Column(name="id", type="varchar(30)", collation="utf8mb4_bin"),
        key=Unique(name="ids", columns=("id",), prefixes=(5,)),
    )

    found = words(case)
    assert found.id == "E305"
    assert found == snapshot


def test_partial_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Unique(name="ids", columns=("id",), condition="(id > 0)", is_index=True),
    )

    found = words(case)
    assert found.id == "E305"
    assert found == snapshot


def test_another_collation_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        SQLITE,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="varchar(30)"),
        key=Unique(
            name="ids",
            columns=("id",),
            is_index=True,
            definition='("id" COLLATE NOCASE)',
        ),
    )

    found = words(case)
    assert found.id == "E305"
    assert found == snapshot


def test_unique_index_is_compatible() -> None:
    assert (
        a_pair(
            POSTGRESQL,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
            key=Unique(name="ids", columns=("id",), is_index=True),
        )
        is None
    )
