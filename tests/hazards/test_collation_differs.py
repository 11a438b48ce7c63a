"""The columns of a foreign key have different character sets or collations."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Column, Server, Table
from tests.hazards.cases import MARIADB, MYSQL, a_pair, words


def test_new_column_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="varchar(30)"),
        Column(
            name="id",
            type="varchar(20)",
            charset="latin1",
            collation="latin1_swedish_ci",
        ),
        table=Table(name="library_book", collation="utf8mb4_0900_ai_ci"),
    )

    found = words(case)
    assert found.id == "E302"
    assert found == snapshot


def test_existing_column_on_mariadb(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="char(32)", null=True, collation="utf8mb4_bin"),
        Column(name="id", type="varchar(30)", collation="utf8mb4_general_ci"),
        is_new=False,
    )

    found = words(case)
    assert found.id == "E302"
    assert found == snapshot


def test_table_of_the_new_column_is_the_odd_one(snapshot: SnapshotAssertion) -> None:
    case = a_pair(
        Server(flavour="mysql", version=(9, 7, 0), collation="utf8mb4_bin"),
        Column(name="author_id", type="varchar(30)"),
        Column(
            name="id", type="varchar(30)", charset="utf8mb4", collation="utf8mb4_bin"
        ),
        table=Table(name="library_book", collation="latin1_swedish_ci"),
    )

    found = words(case)
    assert found.id == "E302"
    assert found == snapshot


def test_lengths_differ_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
            Column(name="id", type="char(9)", collation="utf8mb4_bin"),
        )
        is None
    )


def test_collations_of_tables_that_the_columns_do_not_have_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
            Column(name="id", type="varchar(30)", collation="utf8mb4_bin"),
            table=Table(name="library_book", collation="latin1_swedish_ci"),
        )
        is None
    )
