"""A foreign key references columns that are not unique (MySQL, MariaDB)."""

from __future__ import annotations

from fkguard.schema.catalogue import Column, Server
from fkguard.schema.constraints import Index, Unique
from tests.hazards.cases import Words, a_pair, words


def test_plain_index_on_mariadb() -> None:
    case = a_pair(
        Server(
            flavour="mariadb", version=(11, 8, 3), restrict_fk_on_non_standard_key=False
        ),
        Column(name="author_id", type="bigint"),
        Column(name="id", type="bigint"),
        key=Index(name="ids", columns=("id",)),
    )

    assert words(case) == Words(
        id="W305",
        message=(
            "library_book.author_id references library_author.id, which is "
            "not unique: library_author (id) has an index and no unique "
            "key."
        ),
        why=(
            "MariaDB 11.8.3 creates the foreign key nevertheless. Rows with "
            "the same key are then all referenced at once, and deleting any"
            " one of them acts on what references them all.\n"
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
