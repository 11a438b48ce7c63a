"""A constraint or index is to be made under a name that is taken."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Table
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import ForeignKey, Index, Unique
from fkguard.schema.events import AddConstraint, CreateTable, DropTable
from tests.hazards.cases import MYSQL, POSTGRESQL, SQLITE, a_case, judged, words

CREATED = CreateTable(table="library_book", after=Table(name="library_book"))
KEY = ForeignKey(
    name="library_book_author_id_1a2b3c4d_fk_library_author_id",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
)
INDEX = Index(name="library_book_author_id_1a2b3c4d", columns=("author_id",))
UNIQUE = Unique(name="titles", columns=("title",), is_index=True)


def test_foreign_key_on_mysql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        MYSQL, FAILS, CREATED, KEY, table="library_volume", becomes=KEY, error="1826"
    )

    found = words(case)
    assert found.id == "E209"
    assert found == snapshot


def test_index_on_postgresql(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        CREATED,
        INDEX,
        table="library_volume",
        becomes=INDEX,
        error="already exists",
    )

    found = words(case)
    assert found.id == "E209"
    assert found == snapshot


def test_unique_added_on_sqlite(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        FAILS,
        AddConstraint(table="library_book", constraint=UNIQUE),
        UNIQUE,
        table="library_volume",
        becomes=UNIQUE,
        error="already exists",
    )

    found = words(case)
    assert found.id == "E209"
    assert found == snapshot


def test_failure_without_a_name_is_another_hazard() -> None:
    case = a_case(
        MYSQL,
        FAILS,
        DropTable(table="library_author"),
        KEY,
        table="library_volume",
        error="3730",
    )

    assert judged(case) == "E109"
