"""A foreign key uses a generated column that does not support it."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.catalogue import Column
from tests.hazards.cases import FOREIGN_KEY, MARIADB, MYSQL, Words, a_pair, words


def test_virtual_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint", generated="virtual"),
    )

    assert words(case) == Words(
        id="E307",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author.id is a virtual generated column."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 3733, and cannot roll back the earlier "
            "operations of the migration. A foreign key cannot use a virtual column, "
            "and a referential action cannot change a stored one.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
    )


def test_written_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint", generated="stored", null=True),
        Column(name="id", type="bigint"),
        foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
    )

    assert words(case) == Words(
        id="E307",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_book.author_id is a generated column, which SET NULL "
            "would write to."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1905, and cannot roll back the earlier "
            "operations of the migration. A referential action cannot change a "
            "generated column.\n"
            "    library_book.author_id bigint\n"
            "    library_author.id bigint NOT NULL"
        ),
    )


def test_virtual_on_mariadb_is_compatible() -> None:
    assert (
        a_pair(
            MARIADB,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint", generated="virtual"),
        )
        is None
    )
