"""A foreign key references columns without a complete unique key."""

from __future__ import annotations

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Index, Unique
from tests.hazards.cases import MARIADB, MYSQL, POSTGRESQL, SQLITE, Words, a_pair, words


def test_plain_index_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Index(name="ids", columns=("id",)),
    )

    assert words(case) == Words(
        id="E305",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author (id) has no unique key of its own; INDEX ids is"
            " not unique."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 6125, and cannot roll back the earlier "
            "operations of the migration. While "
            "restrict_fk_on_non_standard_key is on, a referenced key is "
            "unique, of exactly these columns, and of their whole length.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_author` ADD UNIQUE INDEX '
                '`library_author_id_uniq` (`id`)",'
            ),
            "),",
        ),
    )


def test_prefix_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="varchar(30)", collation="utf8mb4_bin"),
        Column(name="id", type="varchar(30)", collation="utf8mb4_bin"),
        key=Unique(name="ids", columns=("id",), prefixes=(5,)),
    )

    assert words(case) == Words(
        id="E305",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author (id) has no unique key of its own; UNIQUE ids "
            "holds a prefix alone."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. An index has to begin with the "
            "whole referenced columns.\n"
            "    library_book.author_id varchar(30) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_bin NOT NULL\n"
            "    library_author.id varchar(30) CHARACTER SET utf8mb4 "
            "COLLATE utf8mb4_bin NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    "ALTER TABLE `library_author` ADD UNIQUE INDEX '
                '`library_author_id_uniq` (`id`)",'
            ),
            "),",
        ),
    )


def test_partial_on_postgresql() -> None:
    case = a_pair(
        POSTGRESQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Unique(name="ids", columns=("id",), condition="(id > 0)", is_index=True),
    )

    assert words(case) == Words(
        id="E305",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author (id) has no unique key of its own; UNIQUE ids "
            "is partial."
        ),
        why=(
            'PostgreSQL 15.8 refuses ("there is no unique constraint '
            'matching given keys"); only an atomic migration is rolled '
            "back. A referenced key is a primary key, a unique constraint "
            "or a unique index of exactly these columns, neither partial "
            "nor deferrable.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'ALTER TABLE "library_author" ADD CONSTRAINT '
                '"library_author_id_uniq" UNIQUE ("id")\','
            ),
            "),",
        ),
    )


def test_another_collation_on_sqlite() -> None:
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

    assert words(case) == Words(
        id="E305",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author (id) has no unique key of its own; UNIQUE ids "
            "has another collation than the column."
        ),
        why=(
            "SQLite 3.40.1 creates the foreign key, and every statement that has "
            'to check it fails: "foreign key mismatch". The key must '
            "not be partial, and must compare by the collation of its "
            "column.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id varchar(30) NOT NULL"
        ),
        instead=(
            "# before this operation:",
            "migrations.RunSQL(",
            (
                '    \'CREATE UNIQUE INDEX "library_author_id_uniq" ON '
                '"library_author" ("id")\','
            ),
            "),",
        ),
    )


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
