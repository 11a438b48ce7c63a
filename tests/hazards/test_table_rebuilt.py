"""SQLite's table is rebuilt, less what the state lacks."""

from __future__ import annotations

from fkguard.schema.consequences import CHANGED, DROPPED, FAILS
from fkguard.schema.constraints import Check, ForeignKey, Trigger, Unique
from fkguard.schema.events import AddColumn, AlterColumn, DropColumn, RemoveConstraint
from tests.hazards.cases import POSTGRESQL, SQLITE, Words, a_case, column, judged, words

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


def test_unique_index() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Unique(name="by_hand", columns=("number",), is_index=True),
    )

    assert words(case) == Words(
        id="E401",
        message=(
            "Altering library_book.title rebuilds library_book, "
            "which loses UNIQUE by_hand (number)."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# after the operation:",
            "migrations.RunSQL(",
            ('    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" ("number")\','),
            "    'DROP INDEX \"by_hand\"',",
            "),",
        ),
    )


def test_partial_unique_index() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        AddColumn(table="library_book", new=column("pages")),
        Unique(
            name="by_hand", columns=("number",), condition="number > 0", is_index=True
        ),
    )

    assert words(case) == Words(
        id="E401",
        message=(
            "Adding library_book.pages rebuilds library_book, which "
            "loses UNIQUE by_hand (number)."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# after the operation:",
            "migrations.RunSQL(",
            (
                '    \'CREATE UNIQUE INDEX "by_hand" ON "library_book" '
                '("number") WHERE number > 0\','
            ),
            "    'DROP INDEX \"by_hand\"',",
            "),",
        ),
    )


def test_trigger() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Trigger(
            name="by_hand",
            definition="CREATE TRIGGER by_hand BEFORE INSERT ON b BEGIN SELECT 1; END",
        ),
    )

    assert words(case) == Words(
        id="E401",
        message=(
            "Altering library_book.title rebuilds library_book, "
            "which loses TRIGGER by_hand."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# after the operation:",
            "migrations.RunSQL(",
            ('    "CREATE TRIGGER by_hand BEFORE INSERT ON b BEGIN SELECT 1; END",'),
            "    'DROP TRIGGER \"by_hand\"',",
            "),",
        ),
    )


def test_check() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        ALTERED,
        Check(name="by_hand", columns=("number",), expression="number > 0"),
    )

    assert words(case) == Words(
        id="E401",
        message=(
            "Altering library_book.title rebuilds library_book, "
            "which loses CHECK by_hand (number)."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# Declare CHECK by_hand (number) in the model's Meta, with",
            (
                "# SeparateDatabaseAndState(state_operations=[...]) before "
                "this operation."
            ),
        ),
    )


def test_action_on_delete() -> None:
    case = a_case(SQLITE, CHANGED, ALTERED, KEY, becomes=PLAIN)

    assert words(case) == Words(
        id="E401",
        message=(
            "Altering library_book.title rebuilds library_book, "
            "which recreates FOREIGN KEY (author_id) without ON "
            "DELETE CASCADE."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# Declare the action in the field: Django 6.1 has DB_CASCADE,",
            "# DB_SET_NULL and DB_SET_DEFAULT. Before, it declares none.",
        ),
    )


def test_unique_inside_the_table() -> None:
    case = a_case(
        SQLITE,
        DROPPED,
        RemoveConstraint(
            table="library_book", constraint=Unique(name="titles", columns=("title",))
        ),
        Unique(name="", columns=("number",), is_inline=True),
    )

    assert words(case) == Words(
        id="E401",
        message=(
            "Removing UNIQUE titles (title) from library_book "
            "rebuilds library_book, which loses UNIQUE (number)."
        ),
        why=(
            "SQLite 3.40.1 cannot make this change in place, so Django creates a new "
            "table from the state and copies the rows. The state does not declare the "
            "constraint that is lost."
        ),
        instead=(
            "# Declare UNIQUE (number) in the model's Meta, with",
            (
                "# SeparateDatabaseAndState(state_operations=[...]) before "
                "this operation."
            ),
        ),
    )


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
