"""A model takes over a join table without its unique constraint."""

from __future__ import annotations

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import DROPPED, UNDECLARED
from fkguard.schema.constraints import Unique
from fkguard.schema.events import AddColumn, CreateTable
from tests.hazards.cases import POSTGRESQL, SQLITE, Words, a_case, column, judged, words

TAKEN = CreateTable(table="library_book_tags", after=Table(name="library_book_tags"))
PAIR = Unique(
    name="library_book_tags_book_id_tag_id_1a2b3c4d_uniq", columns=("book_id", "tag_id")
)


def test_pair_on_postgresql() -> None:
    case = a_case(
        POSTGRESQL,
        UNDECLARED,
        TAKEN,
        PAIR,
        table="library_book_tags",
        owner="library.BookTag",
        fields={"book_id": "book", "tag_id": "tag"},
    )

    assert words(case) == Words(
        id="W208",
        message=(
            "library_book_tags has UNIQUE "
            "library_book_tags_book_id_tag_id_1a2b3c4d_uniq "
            "(book_id, tag_id), which the model BookTag does not "
            "declare."
        ),
        why=(
            "PostgreSQL 15.8 keeps it, but a database that is created by a later "
            "CreateModel never has it, and SQLite loses it in the next rebuild of the "
            "table."
        ),
        instead=(
            "migrations.SeparateDatabaseAndState(",
            "    state_operations=[",
            "        migrations.AlterUniqueTogether(",
            '            name="BookTag",',
            '            unique_together={("book", "tag")},',
            "        ),",
            "    ],",
            "),",
        ),
    )


def test_pair_on_sqlite() -> None:
    case = a_case(
        SQLITE, UNDECLARED, TAKEN, PAIR, table="library_book_tags", model="BookTag"
    )

    assert words(case) == Words(
        id="W208",
        message=(
            "library_book_tags has UNIQUE "
            "library_book_tags_book_id_tag_id_1a2b3c4d_uniq "
            "(book_id, tag_id), which the model BookTag does not "
            "declare."
        ),
        why=(
            "SQLite 3.40.1 loses it in the next operation that rebuilds the table, and "
            "a database that is created by a later CreateModel never has it."
        ),
        instead=(
            "migrations.SeparateDatabaseAndState(",
            "    state_operations=[",
            "        migrations.AlterUniqueTogether(",
            '            name="BookTag",',
            '            unique_together={("book_id", "tag_id")},',
            "        ),",
            "    ],",
            "),",
        ),
    )


def test_pair_lost_in_a_rebuild_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AddColumn(table="library_book_tags", new=column("note")),
        PAIR,
        table="library_book_tags",
    )

    assert judged(case) == "E401"
