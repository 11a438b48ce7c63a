"""A foreign key uses a table whose engine has no foreign keys (MySQL, MariaDB)."""

from __future__ import annotations

from fkguard.schema.catalogue import Column, Table
from tests.hazards.cases import MARIADB, MYSQL, Words, a_pair, words


def test_referencing_table_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        table=Table(name="library_book", engine="MyISAM"),
    )

    assert words(case) == Words(
        id="E301",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_book is a table of the engine MyISAM, which has no "
            "foreign keys."
        ),
        why=(
            "MySQL 9.7.0 accepts the foreign key and ignores it. Only "
            "InnoDB enforces foreign keys. A table gets the session's "
            "default_storage_engine, or the engine of enforce_storage_engine.\n"
            "    library_book.author_id bigint NOT NULL, MyISAM\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=(
            "# before this operation:",
            'migrations.RunSQL("ALTER TABLE `library_book` ENGINE = InnoDB"),',
        ),
    )


def test_referenced_table_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        to_table=Table(name="library_author", engine="MyISAM"),
    )

    assert words(case) == Words(
        id="E301",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author is a table of the engine MyISAM, which has no "
            "foreign keys."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. Only InnoDB enforces foreign "
            "keys. A table gets the session's default_storage_engine, or the engine of "
            "enforce_storage_engine.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL, MyISAM"
        ),
        instead=(
            "# before this operation:",
            'migrations.RunSQL("ALTER TABLE `library_author` ENGINE = InnoDB"),',
        ),
    )


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
