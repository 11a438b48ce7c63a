"""A foreign key uses a partitioned or temporary table."""

from __future__ import annotations

from fkguard.schema.catalogue import Column, Table
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_pair, words


def test_partitioned_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        to_table=Table(name="library_author", is_partitioned=True),
    )

    assert words(case) == Words(
        id="E306",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author is partitioned."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1506, and cannot roll back the earlier "
            "operations of the migration. InnoDB has no foreign keys from or "
            "to such tables.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=(
            "# before this operation:",
            ('migrations.RunSQL("ALTER TABLE `library_author` REMOVE PARTITIONING"),'),
        ),
    )


def test_temporary_on_postgresql() -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        table=Table(name="library_book", is_temporary=True),
    )

    assert words(case) == Words(
        id="E306",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_book is temporary and the other table is not."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("may reference only"); only an atomic'
            " migration is rolled back. A permanent table can only reference permanent "
            "tables, and a temporary table only temporary ones.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
    )


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
