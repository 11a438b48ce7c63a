"""A foreign key references columns that are not unique (MySQL, MariaDB)."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column, Server
from fkguard.schema.constraints import Index, Unique
from tests.hazards.cases import a_pair, words


def test_plain_index_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        Server(
            flavour="mariadb", version=(11, 8, 3), restrict_fk_on_non_standard_key=False
        ),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Index(name="ids", columns=("id",)),
    )

    found = words(case)
    assert found.id == "W305"
    assert found == snapshot


def test_unique_is_compatible() -> None:
    assert (
        a_pair(
            Server(
                flavour="mariadb",
                version=(11, 8, 3),
                restrict_fk_on_non_standard_key=False,
            ),
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
            key=Unique(name="ids", columns=("id",)),
        )
        is None
    )
