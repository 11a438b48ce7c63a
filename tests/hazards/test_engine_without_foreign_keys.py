"""A foreign key uses a table whose engine has no foreign keys (MySQL, MariaDB)."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column, Table
from tests.hazards.cases import MARIADB, MYSQL, a_pair, words


def test_referencing_table_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        table=Table(name="library_book", engine="MyISAM"),
    )

    found = words(case)
    assert found.id == "E301"
    assert found == snapshot


def test_referenced_table_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        to_table=Table(name="library_author", engine="MyISAM"),
    )

    found = words(case)
    assert found.id == "E301"
    assert found == snapshot


def test_both_tables_of_innodb_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
            table=Table(name="library_book", engine="InnoDB"),
            to_table=Table(name="library_author", engine="InnoDB"),
        )
        is None
    )
