"""A referential action would set a NOT NULL column to NULL."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Unique
from tests.hazards.cases import FOREIGN_KEY, MARIADB, MYSQL, Words, a_pair, words


def test_existing_column_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
        is_new=False,
    )

    assert words(case) == Words(
        id="E308",
        message=(
            "library_book.author_id cannot reference library_author.id: ON "
            "DELETE SET NULL cannot empty library_book.author_id, which is "
            "NOT NULL."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 1830, and cannot roll back the earlier "
            "operations of the migration. The action could never be carried "
            "out, so the server does not take it.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=(
            "# before this operation:",
            (
                'migrations.RunSQL("ALTER TABLE `library_book` MODIFY '
                '`author_id` bigint"),'
            ),
        ),
    )


def test_update_of_nullable_on_mariadb() -> None:
    case = a_pair(
        MARIADB,
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint", null=True),
        foreign_key=replace(FOREIGN_KEY, on_update="CASCADE"),
        key=Unique(name="ids", columns=("id",)),
    )

    assert words(case) == Words(
        id="E308",
        message=(
            "library_book.author_id cannot reference library_author.id: ON "
            "UPDATE CASCADE could empty library_book.author_id, which is "
            "NOT NULL, as library_author.id may be NULL."
        ),
        why=(
            "MariaDB 11.8.3 refuses with error 1005, and cannot roll back the earlier "
            "operations of the migration. The action could never be "
            "carried out, so the server does not take it.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint"
        ),
    )


def test_nullable_column_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="bigint", null=True),
            Column(name="id", type="bigint"),
            foreign_key=replace(FOREIGN_KEY, on_delete="SET NULL"),
        )
        is None
    )
