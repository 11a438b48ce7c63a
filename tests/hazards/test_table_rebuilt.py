"""SQLite's table is rebuilt, less what the state lacks."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.consequences import CHANGED, DROPPED, FAILS
from fkguard.schema.constraints import Check, ForeignKey, Trigger, Unique
from fkguard.schema.events import AddColumn, AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import POSTGRESQL, SQLITE, a_case, column, judged, words

ALTERED = AlterColumn(
    table="library_book", old=column("title"), new=column("title", db_index=True)
)
KEY = ForeignKey(
    name="",
    columns=("author_id",),
    to_table="library_author",
    to_columns=("id",),
    on_delete="CASCADE",
)
PLAIN = ForeignKey(
    name="", columns=("author_id",), to_table="library_author", to_columns=("id",)
)


def test_unique_index(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Unique(name="by_hand", columns=("number",), is_index=True),
    )

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_partial_unique_index(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AddColumn(table="library_book", new=column("pages")),
        Unique(
            name="by_hand", columns=("number",), condition="number > 0", is_index=True
        ),
    )

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_trigger(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Trigger(
            name="by_hand",
            definition="CREATE TRIGGER by_hand BEFORE INSERT ON b BEGIN SELECT 1; END",
        ),
    )

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_check(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Check(name="by_hand", columns=("number",), expression="number > 0"),
    )

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_action_on_delete(snapshot: SnapshotAssertion) -> None:
    case = a_case(SQLITE, CHANGED, ALTERED, KEY, becomes=PLAIN)

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_unique_inside_the_table(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        RemoveConstraint(
            table="library_book", constraint=Unique(name="titles", columns=("title",))
        ),
        Unique(name="", columns=("number",), is_inline=True),
    )

    found = words(case)
    assert found.id == "E401"
    assert found == snapshot


def test_other_database_is_another_hazard() -> None:
    case = a_case(POSTGRESQL, CHANGED, ALTERED, KEY, becomes=PLAIN)

    assert judged(case) == "E201"


def test_column_of_the_constraint_is_another_hazard() -> None:
    case = a_case(
        SQLITE,
        FAILS,
        DropColumn(table="library_book", old=column("number")),
        Unique(name="by_hand", columns=("number", "title"), is_index=True),
        error="no such column",
    )

    assert judged(case) == "E102"
