"""A foreign key is created in a session without foreign key checks."""

from __future__ import annotations

from dataclasses import replace

from fkguard.schema.catalogue import Column
from tests.hazards.cases import MYSQL, POSTGRESQL, Words, a_pair, words


def test_mysql() -> None:
    case = a_pair(
        replace(MYSQL, foreign_key_checks=False),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
    )

    assert words(case) == Words(
        id="E310",
        message=(
            "library_book.author_id is to reference library_author.id, but "
            "foreign_key_checks is off in this session, so no row is "
            "checked."
        ),
        why=(
            "MySQL 9.7.0 creates the foreign key, and accepts rows that reference a "
            "missing row. No server checks these rows afterwards. The setting may come "
            "from OPTIONS in DATABASES, for example from init_command.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=("SET foreign_key_checks = 1;",),
    )


def test_postgresql() -> None:
    case = a_pair(
        replace(POSTGRESQL, foreign_key_checks=False),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
    )

    assert words(case) == Words(
        id="E310",
        message=(
            "library_book.author_id is to reference library_author.id, but "
            "session_replication_role is replica in this session, so no row"
            " is checked."
        ),
        why=(
            "PostgreSQL 15.8 creates the foreign key, and accepts rows that reference "
            "a missing row. No server checks these rows afterwards. The setting may "
            "come from OPTIONS in DATABASES, for example from init_command.\n"
            "    library_book.author_id bigint NOT NULL\n"
            "    library_author.id bigint NOT NULL"
        ),
        instead=("SET session_replication_role = origin;",),
    )


def test_checks_on_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="bigint"),
            Column(name="id", type="bigint"),
        )
        is None
    )
