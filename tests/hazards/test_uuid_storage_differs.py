"""One column of a foreign key stores UUIDs natively, the other one as text."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column
from tests.hazards.cases import MARIADB, POSTGRESQL, a_pair, words


def test_new_column_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="uuid"),
        Column(name="id", type="char(32)", collation="utf8mb4_general_ci"),
    )

    found = words(case)
    assert found.id == "E304"
    assert found == snapshot


def test_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="character(32)"),
        Column(name="id", type="uuid"),
        is_new=False,
    )

    found = words(case)
    assert found.id == "E304"
    assert found == snapshot


def test_both_native_is_compatible() -> None:
    assert (
        a_pair(
            MARIADB,
            Column(name="author_id", type="uuid"),
            Column(name="id", type="uuid"),
        )
        is None
    )
