"""A column of a foreign key is TEXT, BLOB or JSON (MySQL, MariaDB)."""

from __future__ import annotations

from fkguard.schema.catalogue import Column
from fkguard.schema.constraints import Unique
from tests.hazards.cases import MYSQL, Words, a_pair, words


def test_referenced_on_mysql() -> None:
    case = a_pair(
        MYSQL,
        Column(name="author_id", type="varchar(30)"),
        Column(name="id", type="longtext"),
        key=Unique(name="ids", columns=("id",), prefixes=(20,)),
    )

    assert words(case) == Words(
        id="E309",
        message=(
            "library_book.author_id cannot reference library_author.id: "
            "library_author.id is of the type longtext, which no key can "
            "hold whole."
        ),
        why=(
            "MySQL 9.7.0 refuses with error 6125, and cannot roll back the earlier "
            "operations of the migration. An index holds a prefix of such a "
            "column, or a hash, and a foreign key needs the whole value: a "
            "VARCHAR of up to 768 letters.\n"
            "    library_book.author_id varchar(30) NOT NULL\n"
            "    library_author.id longtext NOT NULL"
        ),
    )


def test_varchar_is_compatible() -> None:
    assert (
        a_pair(
            MYSQL,
            Column(name="author_id", type="varchar(700)"),
            Column(name="id", type="varchar(700)"),
        )
        is None
    )
