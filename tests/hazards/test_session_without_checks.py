"""A foreign key is created in a session without foreign key checks."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from tests.hazards.cases import MYSQL, POSTGRESQL, a_pair, words


def test_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        replace(MYSQL, foreign_key_checks=False),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
    )

    found = words(case)
    assert found.id == "E310"
    assert found == snapshot


def test_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        replace(POSTGRESQL, foreign_key_checks=False),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
    )

    found = words(case)
    assert found.id == "E310"
    assert found == snapshot


def test_checks_on_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
        )
        is None
    )
