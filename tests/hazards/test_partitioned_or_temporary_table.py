"""A foreign key uses a partitioned or temporary table."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column, Table
from tests.hazards.cases import MYSQL, POSTGRESQL, a_pair, words


def test_partitioned_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        to_table=Table(name="library_author", is_partitioned=True),
    )

    found = words(case)
    assert found.id == "E306"
    assert found == snapshot


def test_temporary_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        table=Table(name="library_book", is_temporary=True),
    )

    found = words(case)
    assert found.id == "E306"
    assert found == snapshot


def test_partitioned_on_postgresql_is_compatible() -> None:
    assert (
        a_pair(
            POSTGRESQL,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
            to_table=Table(name="library_author", is_partitioned=True),
        )
        is None
    )
